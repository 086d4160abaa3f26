export type AttributeType =
  | 'string'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'reference'
  | 'binary'
  | 'complex';

/** One attribute with the characteristics of RFC 7643 §7 and what this service adds to them. */
export type Attribute = {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  readonly canonicalValues?: readonly string[];
  /** The canonical values are the only ones; without it they are what is usual. */
  readonly isRestricted?: true;
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
  /** In Unicode code points. */
  readonly maxLength: number;
  /** What the store keeps indexed: a column of its own, or folded key rows. */
  readonly search?: 'column' | 'key';
  /** Kept as rows of its own, never in the resource document (group members). */
  readonly keptApart?: true;
  /** The value on create when the client sends none. */
  readonly initial?: boolean;
  /** Entra sends the `value` of an app role as a JSON text with id, value and displayName. */
  readonly decodesJsonValue?: true;
};

export type SchemaTable = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
  /** An organization declared it: what was kept before may not fit, and what is unchanged is let be. */
  readonly isDeclared?: true;
};

export type ResourceTable = {
  readonly resourceType: 'User' | 'Group';
  readonly endpoint: '/Users' | '/Groups';
  readonly schema: SchemaTable;
  readonly extensions: readonly SchemaTable[];
};

type Characteristics = Partial<Omit<Attribute, 'name' | 'description'>>;

const GENERIC_LENGTH_MAX = 4096;

/** One row: a single-valued, optional, readWrite string unless the characteristics say otherwise. */
export function attribute(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return {
    name,
    type: 'string',
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    maxLength: GENERIC_LENGTH_MAX,
    ...characteristics,
  };
}

export function flag(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return attribute(name, description, { type: 'boolean', ...characteristics });
}

/** `referenceTypes` are resource type names, `external` or `uri` (RFC 7643 §7). */
export function reference(
  name: string,
  description: string,
  referenceTypes: readonly string[],
  characteristics: Characteristics = {},
): Attribute {
  return attribute(name, description, { type: 'reference', caseExact: true, referenceTypes, ...characteristics });
}

export function complex(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return attribute(name, description, { type: 'complex', subAttributes, ...characteristics });
}

/** A multi-valued complex attribute. */
export function list(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return complex(name, description, subAttributes, { multiValued: true, ...characteristics });
}

/** The sub-attribute of that name in any case, if the attribute has one. */
export function subAttributeNamed(parent: Attribute, name: string): Attribute | undefined {
  const subAttributes = parent.subAttributes ?? [];
  const exact = subAttributes.find((candidate) => candidate.name === name);
  if (exact !== undefined) return exact;
  const lowered = name.toLowerCase();
  return subAttributes.find((candidate) => candidate.name.toLowerCase() === lowered);
}
