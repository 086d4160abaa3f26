import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AttributeType } from '../../attributes/attribute.ts';
import type { CustomResourceType } from '../../domain/custom-attributes/custom-schema.entity.ts';
import type { DeclaredAttribute } from '../../domain/custom-attributes/custom-schema-definition.ts';
import { graphEnum } from '../enum.ts';
import { DateTimeScalar } from '../scalars.ts';

export const CustomResourceTypeEnum = graphEnum<CustomResourceType>(
  'CustomResourceType',
  'What a declared schema extends.',
  { User: 'The users of directories.', Group: 'The groups of directories.' },
);

export const AttributeTypeEnum = graphEnum<AttributeType>('AttributeType', 'The types of RFC 7643 §2.3.', {
  string: 'Text.',
  boolean: 'True or false.',
  decimal: 'A number.',
  integer: 'A whole number.',
  dateTime: 'A moment in ISO 8601.',
  reference: 'The address of something.',
  binary: 'Bytes in base64.',
  complex: 'An object of sub-attributes.',
});

export const AttributeMutabilityEnum = graphEnum<DeclaredAttribute['mutability']>(
  'AttributeMutability',
  'Whether a value may change (RFC 7643 §7).',
  { readWrite: 'It may change.', immutable: 'Once it is set it stays.' },
);

export const AttributeReturnedEnum = graphEnum<DeclaredAttribute['returned']>(
  'AttributeReturned',
  'When SCIM answers with the attribute (RFC 7643 §7).',
  {
    default: 'Unless it is excluded, or others are asked for.',
    always: 'With every answer.',
    request: 'Only where it is asked for by name.',
  },
);

export const AttributeUniquenessEnum = graphEnum<DeclaredAttribute['uniqueness']>(
  'AttributeUniqueness',
  'Whether two users may have one value (RFC 7643 §7).',
  { none: 'They may.', server: 'Within a directory they may not.' },
);

@ObjectType('CustomAttribute', {
  simpleResolvers: true,
  description: 'One attribute of a declared schema, with the characteristics of RFC 7643 §7.',
})
export class CustomAttributeType {
  @Field(() => String, { description: 'Its name, as SCIM shows it; compared in any case.' })
  name: string;

  @Field(() => AttributeTypeEnum, { description: 'Its type.' })
  type: AttributeType;

  @Field(() => Boolean, { description: 'Whether it is a list.' })
  multiValued: boolean;

  @Field(() => String, { description: 'What it is for; may be empty.' })
  description: string;

  @Field(() => Boolean, { description: 'Whether a record that has the extension must have it.' })
  required: boolean;

  @Field(() => Boolean, { description: 'Whether case tells its texts apart.' })
  caseExact: boolean;

  @Field(() => [String], { nullable: true, description: 'The only values that are taken; null where all are.' })
  canonicalValues?: string[];

  @Field(() => [String], { nullable: true, description: 'What a reference leads to; null for other types.' })
  referenceTypes?: string[];

  @Field(() => AttributeMutabilityEnum, { description: 'Whether a value may change.' })
  mutability: DeclaredAttribute['mutability'];

  @Field(() => AttributeReturnedEnum, { description: 'When SCIM answers with it.' })
  returned: DeclaredAttribute['returned'];

  @Field(() => AttributeUniquenessEnum, { description: 'Whether two users may have one value.' })
  uniqueness: DeclaredAttribute['uniqueness'];

  @Field(() => [CustomAttributeType], {
    nullable: true,
    description: 'The parts of a complex attribute; null for others.',
  })
  subAttributes?: DeclaredAttribute[];
}

@ObjectType('CustomSchema', {
  simpleResolvers: true,
  description: 'An extension of users or groups that the organization declared, for all its directories.',
})
export class CustomSchemaType {
  @Field(() => ID, { description: 'The id of the schema.' })
  id: string;

  @Field(() => String, { description: 'Its URN, under which SCIM has the attributes; compared in any case.' })
  urn: string;

  @Field(() => CustomResourceTypeEnum, { description: 'What it extends.' })
  resourceType: CustomResourceType;

  @Field(() => String, { description: 'Its name for people.' })
  name: string;

  @Field(() => String, { description: 'What it is for; may be empty.' })
  description: string;

  @Field(() => [CustomAttributeType], { description: 'Its attributes, at most 100 with their sub-attributes.' })
  attributes: DeclaredAttribute[];

  @Field(() => Boolean, {
    description: 'False while records that had the extension before are still being carried over to it.',
  })
  isSettled: boolean;

  @Field(() => Int, {
    description: 'Rises with every change; give it as `ifVersion` to change only what you have seen.',
  })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was declared.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  updatedAt: Date;
}
