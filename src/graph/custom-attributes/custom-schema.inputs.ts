import { Field, ID, InputType, Int } from 'type-graphql';
import type { AttributeType } from '../../attributes/attribute.ts';
import type { CustomResourceType } from '../../domain/custom-attributes/custom-schema.entity.ts';
import type { AttributeInput } from '../../domain/custom-attributes/custom-schema-definition.ts';
import {
  AttributeMutabilityEnum,
  AttributeReturnedEnum,
  AttributeTypeEnum,
  AttributeUniquenessEnum,
  CustomResourceTypeEnum,
} from './custom-schema.type.ts';

@InputType({ description: 'One attribute of a schema (RFC 7643 §7). What is absent has the usual value.' })
export class CustomAttributeInput {
  @Field(() => String, { description: 'Its name: letters, digits, "-", "_" and "$", with no digit first.' })
  name: string;

  @Field(() => AttributeTypeEnum, { nullable: true, description: 'Its type; STRING when absent.' })
  type?: AttributeType | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is a list; false when absent.' })
  multiValued?: boolean | null;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether a record that has the extension must have it; false when absent.',
  })
  required?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether case tells its texts apart; when absent, true for references and binaries only.',
  })
  caseExact?: boolean | null;

  @Field(() => [String], { nullable: true, description: 'The only values that are taken; all when absent.' })
  canonicalValues?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'What a reference leads to; `external` when absent.' })
  referenceTypes?: string[] | null;

  @Field(() => AttributeMutabilityEnum, { nullable: true, description: 'READ_WRITE when absent.' })
  mutability?: AttributeInput['mutability'];

  @Field(() => AttributeReturnedEnum, { nullable: true, description: 'DEFAULT when absent.' })
  returned?: AttributeInput['returned'];

  @Field(() => AttributeUniquenessEnum, {
    nullable: true,
    description: 'NONE when absent. SERVER is for simple attributes of users that are no boolean or binary.',
  })
  uniqueness?: AttributeInput['uniqueness'];

  @Field(() => [CustomAttributeInput], {
    nullable: true,
    description: 'The parts of a complex attribute, each simple and single.',
  })
  subAttributes?: CustomAttributeInput[] | null;
}

@InputType({ description: 'A schema to declare.' })
export class CreateCustomSchemaInput {
  @Field(() => String, { description: 'Its URN, which must be none of the protocol, and never changes.' })
  urn: string;

  @Field(() => CustomResourceTypeEnum, { description: 'What it extends; never changes.' })
  resourceType: CustomResourceType;

  @Field(() => String, { nullable: true, description: 'Its name for people; the URN when absent.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description?: string | null;

  @Field(() => [CustomAttributeInput], { description: 'Its attributes, at most 100 with their sub-attributes.' })
  attributes: CustomAttributeInput[];
}

@InputType({ description: 'Changes of a declared schema. Absent fields are left as they are.' })
export class UpdateCustomSchemaInput {
  @Field(() => ID, { description: 'The schema.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'The new name; it cannot be cleared.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'What it is for; null clears it.' })
  description?: string | null;

  @Field(() => [CustomAttributeInput], {
    nullable: true,
    description:
      'All attributes, as they are to be. Values of those that are missing stay, as of attributes that nobody declared.',
  })
  attributes?: CustomAttributeInput[] | null;

  @Field(() => Int, { nullable: true, description: 'Only while the schema has this version, else VERSION_CONFLICT.' })
  ifVersion?: number | null;
}

@InputType({ description: 'A declaration to take back.' })
export class DeleteCustomSchemaInput {
  @Field(() => ID, { description: 'The schema.' })
  id: string;
}
