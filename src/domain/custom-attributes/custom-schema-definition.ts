import type { Attribute, AttributeType, SchemaTable } from '../../attributes/attribute.ts';
import { attribute } from '../../attributes/attribute.ts';
import { isExtensionUrn, isOpenName } from '../../attributes/open-attribute.ts';
import { textProblem } from '../../attributes/text.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../attributes/urns.ts';
import { DomainError } from '../domain-error.ts';
import { DESCRIPTION_LENGTH_MAX, readOptionalText } from '../text-input.ts';
import type { CustomResourceType } from './custom-schema.entity.ts';

/** What an organization says of one attribute, in the words of RFC 7643 §7. What is absent has the usual value there. */
export interface AttributeInput {
  name: string;
  type?: AttributeType | null;
  multiValued?: boolean | null;
  description?: string | null;
  required?: boolean | null;
  /** By default true for references and binaries, false for the rest. */
  caseExact?: boolean | null;
  /** The only values that are taken; without any, all are. */
  canonicalValues?: readonly string[] | null;
  referenceTypes?: readonly string[] | null;
  mutability?: 'readWrite' | 'immutable' | null | undefined;
  returned?: 'default' | 'always' | 'request' | null | undefined;
  uniqueness?: 'none' | 'server' | null | undefined;
  subAttributes?: readonly AttributeInput[] | null;
}

/** One attribute with all its characteristics, as it is stored and as `/Schemas` shows it. */
export interface DeclaredAttribute {
  name: string;
  type: AttributeType;
  multiValued: boolean;
  description: string;
  required: boolean;
  caseExact: boolean;
  canonicalValues?: string[];
  referenceTypes?: string[];
  mutability: 'readWrite' | 'immutable';
  returned: 'default' | 'always' | 'request';
  uniqueness: 'none' | 'server';
  subAttributes?: DeclaredAttribute[];
}

export const ATTRIBUTES_MAX = 100;
const VALUES_MAX = 200;
const VALUE_LENGTH_MAX = 256;
const BINARY_LENGTH_MAX = 65_536;

export const attributeTypes: readonly AttributeType[] = [
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'reference',
  'binary',
  'complex',
];
export const mutabilities = ['readWrite', 'immutable'] as const;
export const returnedRules = ['default', 'always', 'request'] as const;
export const uniquenesses = ['none', 'server'] as const;

/** Throws `invalidValue` for anything but the URN of an extension that is neither the protocol's nor ours. */
export function readUrn(urn: unknown): string {
  const isOurs = typeof urn === 'string' && urn.toLowerCase() === ENTERPRISE_USER_SCHEMA.toLowerCase();
  if (typeof urn === 'string' && isExtensionUrn(urn) && !isOurs) return urn;
  const message = 'The URN must begin with urn:, name an extension of your own and have at most 200 characters.';
  throw new DomainError('invalidValue', message, { path: 'urn' });
}

/** The attributes as they are stored. Throws `invalidValue` with the path of the first that cannot be. */
export function readAttributes(resourceType: CustomResourceType, attributes: unknown): DeclaredAttribute[] {
  const declared = readList(attributes, 'attributes', (input, path) => readAttribute(resourceType, input, path));
  const count = declared.reduce((sum, { subAttributes }) => sum + 1 + (subAttributes?.length ?? 0), 0);
  if (count > ATTRIBUTES_MAX) {
    const message = `A schema has at most ${ATTRIBUTES_MAX} attributes, sub-attributes included.`;
    throw new DomainError('tooMany', message, { path: 'attributes' });
  }
  return declared;
}

function readList(
  list: unknown,
  path: string,
  read: (input: AttributeInput, path: string) => DeclaredAttribute,
): DeclaredAttribute[] {
  if (!Array.isArray(list) || list.length === 0) throw invalid(path, 'must name at least one attribute');
  if (list.length > ATTRIBUTES_MAX) throw invalid(path, `must not have more than ${ATTRIBUTES_MAX} attributes`);
  const names = new Set<string>();
  return list.map((input: unknown, position) => {
    const place = `${path}[${position}]`;
    if (typeof input !== 'object' || input === null) throw invalid(place, 'must be an object');
    const declared = read(input as AttributeInput, place);
    const key = declared.name.toLowerCase();
    if (names.has(key)) throw invalid(`${place}.name`, `is the name of another attribute, ${declared.name}, too`);
    names.add(key);
    return declared;
  });
}

function readAttribute(resourceType: CustomResourceType, input: AttributeInput, path: string): DeclaredAttribute {
  const declared = readCharacteristics(input, path);
  const { type, uniqueness } = declared;
  if (type === 'complex') {
    const subAttributes = readList(input.subAttributes, `${path}.subAttributes`, readSubAttribute);
    return { ...declared, subAttributes };
  }
  if (input.subAttributes?.length) throw invalid(`${path}.subAttributes`, 'belong to a complex attribute');
  const canBeUnique = resourceType === 'User' && type !== 'boolean' && type !== 'binary';
  if (uniqueness === 'server' && !canBeUnique)
    throw invalid(`${path}.uniqueness`, 'can be asked for simple attributes of users that are no boolean or binary');
  return declared;
}

function readSubAttribute(input: AttributeInput, path: string): DeclaredAttribute {
  const declared = readCharacteristics(input, path);
  if (declared.type === 'complex') throw invalid(`${path}.type`, 'cannot be complex inside a complex attribute');
  if (declared.multiValued) throw invalid(`${path}.multiValued`, 'cannot be true inside a complex attribute');
  if (declared.uniqueness !== 'none') throw invalid(`${path}.uniqueness`, 'cannot be asked for a sub-attribute');
  return declared;
}

function readCharacteristics(input: AttributeInput, path: string): DeclaredAttribute {
  const { name } = input;
  if (typeof name !== 'string' || !isOpenName(name))
    throw invalid(`${path}.name`, 'must be a name of letters, digits, "-", "_" and "$" that begins with no digit');
  const type = oneOf(input.type, attributeTypes, 'string', `${path}.type`);
  const isComplex = type === 'complex';
  const canonicalValues = texts(input.canonicalValues, `${path}.canonicalValues`);
  const referenceTypes = texts(input.referenceTypes, `${path}.referenceTypes`);
  if (canonicalValues && (isComplex || type === 'boolean'))
    throw invalid(`${path}.canonicalValues`, `cannot be given for a ${type}`);
  const description = readOptionalText(input.description, `${path}.description`, DESCRIPTION_LENGTH_MAX);
  const uniqueness = oneOf(input.uniqueness, uniquenesses, 'none', `${path}.uniqueness`);
  if (isComplex && uniqueness !== 'none')
    throw invalid(`${path}.uniqueness`, 'cannot be asked for a complex attribute');
  return {
    name,
    type,
    multiValued: flag(input.multiValued, false, `${path}.multiValued`),
    description: description ?? '',
    required: flag(input.required, false, `${path}.required`),
    caseExact: flag(input.caseExact, type === 'reference' || type === 'binary', `${path}.caseExact`),
    ...(canonicalValues ? { canonicalValues } : {}),
    ...(type === 'reference' ? { referenceTypes: referenceTypes ?? ['external'] } : {}),
    mutability: oneOf(input.mutability, mutabilities, 'readWrite', `${path}.mutability`),
    returned: oneOf(input.returned, returnedRules, 'default', `${path}.returned`),
    uniqueness,
  };
}

function oneOf<Value extends string>(value: unknown, allowed: readonly Value[], usual: Value, path: string): Value {
  if (value === null || value === undefined) return usual;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(path, `must be one of ${allowed.join(', ')}`);
  return found;
}

function flag(value: unknown, usual: boolean, path: string): boolean {
  if (value === null || value === undefined) return usual;
  if (typeof value !== 'boolean') throw invalid(path, 'must be true or false');
  return value;
}

function texts(list: unknown, path: string): string[] | undefined {
  if (list === null || list === undefined || (Array.isArray(list) && list.length === 0)) return undefined;
  if (!Array.isArray(list) || list.length > VALUES_MAX) throw invalid(path, `must be a list of at most ${VALUES_MAX}`);
  return list.map((value: unknown, position) => {
    const place = `${path}[${position}]`;
    if (typeof value !== 'string' || value === '') throw invalid(place, 'must be a text');
    const problem = textProblem(value, VALUE_LENGTH_MAX);
    if (problem) throw invalid(place, problem);
    return value;
  });
}

function invalid(path: string, problem: string): DomainError {
  return new DomainError('invalidValue', `${path} ${problem}.`, { path });
}

/** The table by which documents are read. `isSearched` says that every record has its key rows by now. */
export function schemaTableOf(schema: {
  urn: string;
  name: string;
  description: string;
  attributes: readonly DeclaredAttribute[];
}): SchemaTable {
  const { urn, name, description, attributes } = schema;
  return { id: urn, name, description, attributes: attributes.map(attributeOf), isDeclared: true };
}

function attributeOf(declared: DeclaredAttribute): Attribute {
  const { name, description, subAttributes, ...characteristics } = declared;
  return attribute(name, description, {
    ...characteristics,
    ...(declared.canonicalValues ? { isRestricted: true as const } : {}),
    ...(declared.type === 'binary' ? { maxLength: BINARY_LENGTH_MAX } : {}),
    ...(hasKeys(declared) ? { search: 'key' as const } : {}),
    ...(subAttributes ? { subAttributes: subAttributes.map(attributeOf).map(withoutKeys) } : {}),
  });
}

/** Whether the values have key rows: texts, which are searched, and whatever has to be unique. */
function hasKeys({ type, uniqueness }: DeclaredAttribute): boolean {
  return uniqueness === 'server' || type === 'string' || type === 'reference';
}

/** Parts of a value have no key rows of their own. */
function withoutKeys({ search: _search, ...rest }: Attribute): Attribute {
  return rest;
}
