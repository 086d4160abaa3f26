import { Field, InputType } from 'type-graphql';
import type { AttributeComparison } from '../../domain/directory-lists/directory-filter.ts';
import { graphEnum } from '../enum.ts';
import { JSONScalar } from '../scalars.ts';

type FilterOperator = AttributeComparison['operator'];

const FilterOperatorEnum = graphEnum<FilterOperator>('FilterOperator', 'The operators of RFC 7644 §3.4.2.2.', {
  eq: 'Equal.',
  ne: 'Not equal.',
  co: 'Contains.',
  sw: 'Starts with.',
  ew: 'Ends with.',
  gt: 'Greater than.',
  ge: 'Greater than or equal to.',
  lt: 'Less than.',
  le: 'Less than or equal to.',
  pr: 'Has a value; takes none.',
});

@InputType('AttributeComparison', { description: 'Compares one attribute with a value.' })
export class AttributeComparisonInput {
  @Field(() => String, {
    description: 'The canonical SCIM path, such as `userName`, `emails.value` or `urn:…:User:manager.value`.',
  })
  attribute: string;

  @Field(() => FilterOperatorEnum, { description: 'How they are compared.' })
  operator: FilterOperator;

  @Field(() => JSONScalar, { nullable: true, description: 'A string, number or boolean; absent for `PR`.' })
  value?: unknown;
}

@InputType('AttributeValuePath', {
  description: 'True when one single value of a multi-valued attribute fits the filter.',
})
export class AttributeValuePathInput {
  @Field(() => String, { description: 'The multi-valued attribute, such as `emails`.' })
  attribute: string;

  @Field(() => DirectoryFilterInput, {
    description: 'What the value must fit; attributes are still whole paths (`emails.type`).',
  })
  filter: object;
}

@InputType('DirectoryFilter', { description: 'A filter of SCIM as a tree: exactly one of the fields is given.' })
export class DirectoryFilterInput {
  @Field(() => [DirectoryFilterInput], { nullable: true, description: 'All of these hold.' })
  and?: DirectoryFilterInput[] | null;

  @Field(() => [DirectoryFilterInput], { nullable: true, description: 'At least one of these holds.' })
  or?: DirectoryFilterInput[] | null;

  @Field(() => DirectoryFilterInput, { nullable: true, description: 'This does not hold.' })
  not?: object | null;

  @Field(() => AttributeComparisonInput, { nullable: true, description: 'A comparison.' })
  compare?: AttributeComparisonInput | null;

  @Field(() => AttributeValuePathInput, { nullable: true, description: 'A condition on one value of several.' })
  valuePath?: AttributeValuePathInput | null;
}
