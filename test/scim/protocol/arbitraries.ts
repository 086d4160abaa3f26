import fc from 'fast-check';
import type { Attribute, ResourceTable } from '../../../src/attributes/attribute.ts';
import { canonicalResource } from '../../../src/attributes/canonical-resource.ts';
import { isJsonObject, type Json, type ResourceJson } from '../../../src/attributes/json.ts';
import { userTable } from '../../../src/attributes/resource-tables.ts';
import { isStored } from '../../../src/attributes/stored-attribute.ts';
import type { Filter } from '../../../src/scim/protocol/filter.ts';

/** Few texts, so that values meet each other; letters whose folding is not their lower case among them. */
export const shortText = fc.oneof(
  fc.constantFrom('a', 'A', 'b', 'ß', 'SS', 'İ', 'work', 'home', '+49 30', 'x@y.example'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
);

/** A value that the attribute takes. */
export function writtenValueOf(attribute: Attribute): fc.Arbitrary<Json> {
  if (attribute.type === 'complex') {
    const parts = (attribute.subAttributes ?? []).filter(({ mutability }) => mutability !== 'readOnly');
    const object = fc.record(Object.fromEntries(parts.map((part) => [part.name, scalarOf(part)])), {
      requiredKeys: [],
    }) as fc.Arbitrary<Json>;
    return attribute.multiValued ? fc.array(object, { maxLength: 4 }).map(withOnePrimary) : object;
  }
  return scalarOf(attribute);
}

/** RFC 7643 §2.4: true is the `primary` of one value at most. */
function withOnePrimary(items: Json[]): Json[] {
  const isPrimary = (item: Json) => isJsonObject(item) && (item.primary === true || item.primary === 'True');
  const first = items.findIndex(isPrimary);
  return items.map((item, position) =>
    position !== first && isJsonObject(item) && isPrimary(item) ? { ...item, primary: false } : item,
  );
}

function scalarOf(attribute: Attribute): fc.Arbitrary<Json> {
  if (attribute.type === 'boolean') return fc.constantFrom<Json>(true, false, 'True', 'False');
  if (attribute.name === 'type') return fc.constantFrom('work', 'home', 'other');
  return shortText;
}

/** What a client may write of a resource, attribute by attribute. */
export function storedAttributes(table: ResourceTable): readonly Attribute[] {
  return table.schema.attributes.filter(isStored);
}

/** A body with some of the attributes of the table, its extensions included. */
export function bodyOf(table: ResourceTable): fc.Arbitrary<ResourceJson> {
  const values = storedAttributes(table).map((attribute) => [attribute.name, writtenValueOf(attribute)]);
  const extensions = table.extensions.map(({ id, attributes }) => [
    id,
    fc.record(Object.fromEntries(attributes.filter(isStored).map((one) => [one.name, writtenValueOf(one)])), {
      requiredKeys: [],
    }),
  ]);
  return fc.record(Object.fromEntries([...values, ...extensions]), { requiredKeys: [] }) as fc.Arbitrary<ResourceJson>;
}

/** A user as the store keeps it. */
export const storedUser: fc.Arbitrary<ResourceJson> = bodyOf(userTable).map((body) => {
  const result = canonicalResource(userTable, { ...body, userName: 'ada' });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.resource;
});

/** A name with some of its letters in the other case, as SCIM reads all names. */
export function anyCase(name: string): fc.Arbitrary<string> {
  return fc
    .infiniteStream(fc.boolean())
    .map((flips) =>
      [...name].map((letter) => (flips.next().value ? letter.toUpperCase() : letter.toLowerCase())).join(''),
    );
}

const filterValue = fc.oneof(
  fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed() && !text.includes('\u0000')),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.boolean(),
  fc.constant(null),
);

/** A filter tree over these attributes, as the parser makes it. */
export function filterOver(attributes: readonly string[], subAttributes: readonly string[]): fc.Arbitrary<Filter> {
  const treeOver = (leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
    fc.letrec<{ tree: Filter }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        { weight: 3, arbitrary: leaf },
        { weight: 1, arbitrary: tie('tree').map((filter): Filter => ({ kind: 'not', filter })) },
        { weight: 1, arbitrary: chainOf('and', tie('tree')) },
        { weight: 1, arbitrary: chainOf('or', tie('tree')) },
      ),
    })).tree;
  const inside = treeOver(comparisonOf(subAttributes));
  const valuePath = fc.record({
    kind: fc.constant('valuePath' as const),
    attribute: fc.constantFrom(...attributes),
    filter: inside,
  });
  return treeOver(fc.oneof({ weight: 3, arbitrary: comparisonOf(attributes) }, { weight: 1, arbitrary: valuePath }));
}

function comparisonOf(attributes: readonly string[]): fc.Arbitrary<Filter> {
  const attribute = fc.constantFrom(...attributes);
  const operator = fc.constantFrom(...(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const));
  return fc.oneof(
    fc.record({ kind: fc.constant('compare' as const), attribute, operator, value: filterValue }),
    fc.record({ kind: fc.constant('compare' as const), attribute, operator: fc.constant('pr' as const) }),
  );
}

/** Two or three of another kind: the parser dissolves a chain within a chain of its kind. */
function chainOf(kind: 'and' | 'or', part: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return fc.array(part, { minLength: 2, maxLength: 3 }).map((parts) => {
    const filters = parts.flatMap((filter) => (filter.kind === kind ? filter.filters : [filter]));
    return { kind, filters };
  });
}
