import type { ResourceTable, SchemaTable } from '../../attributes/attribute.ts';
import { tidyItems } from '../../attributes/attribute-value.ts';
import type { FoundAttribute } from '../../attributes/find-attribute.ts';
import { isJsonObject, type Json, type JsonObject, type ResourceJson } from '../../attributes/json.ts';
import { spelledKey } from '../../attributes/open-attribute.ts';
import { scimErrors } from './scim-error.ts';

/** Bounds the work of one request: each operation compares the values that are there with its list or its filter. */
const COMPARISONS_MAX = 500_000;

/** A copy of a resource that is made as far as a PATCH writes to it. */
export class Draft {
  private readonly resource: ResourceJson;
  private readonly touched = new Set<FoundAttribute>();
  private comparisons = 0;

  constructor(
    resource: ResourceJson,
    readonly table: ResourceTable,
  ) {
    this.resource = { ...resource };
  }

  get({ schema, attribute }: FoundAttribute): Json | undefined {
    return this.container(schema)?.[attribute.name];
  }

  set(found: FoundAttribute, value: Json | undefined): void {
    const { schema, attribute } = found;
    if (attribute.multiValued) this.touched.add(found);
    if (schema === this.table.schema) setMember(this.resource, attribute.name, value);
    else this.setInExtension(schema.id, attribute.name, value);
  }

  /** The value of an attribute that nobody declared, however its extension and its name are spelled. */
  getOpen({ schema, attribute }: FoundAttribute): Json | undefined {
    const extension = this.extension(schema.id);
    return extension?.[spelledKey(extension, attribute.name) ?? attribute.name];
  }

  /** Keeps the spellings that are there. */
  setOpen({ schema, attribute }: FoundAttribute, value: Json | undefined): void {
    const urn = spelledKey(this.resource, schema.id) ?? schema.id;
    const name = spelledKey(this.extension(urn) ?? {}, attribute.name) ?? attribute.name;
    this.setInExtension(urn, name, value);
  }

  hasExtension(urn: string): boolean {
    return this.extension(urn) !== undefined;
  }

  removeExtension(urn: string): void {
    delete this.resource[spelledKey(this.resource, urn) ?? urn];
  }

  countComparisons(count: number): void {
    this.comparisons += count;
    if (this.comparisons > COMPARISONS_MAX) throw scimErrors.payloadTooLarge('The PATCH compares too many values');
  }

  /** Values are tidied at the end only, because several operations may build one of them. */
  finish(): ResourceJson {
    for (const found of this.touched) {
      const items = this.get(found);
      if (!Array.isArray(items)) continue;
      const tidied = tidyItems(found.attribute, items.filter(isJsonObject));
      this.set(found, tidied.length === 0 ? undefined : tidied);
    }
    return this.resource;
  }

  private container(schema: SchemaTable): JsonObject | undefined {
    return schema === this.table.schema ? this.resource : this.extension(schema.id);
  }

  private extension(urn: string): JsonObject | undefined {
    const extension = this.resource[spelledKey(this.resource, urn) ?? urn];
    return isJsonObject(extension) ? extension : undefined;
  }

  private setInExtension(urn: string, name: string, value: Json | undefined): void {
    const extension = { ...this.extension(urn) };
    setMember(extension, name, value);
    if (Object.keys(extension).length === 0) this.removeExtension(urn);
    else this.resource[urn] = extension;
  }
}

function setMember(container: JsonObject, name: string, value: Json | undefined): void {
  if (value === undefined) delete container[name];
  else container[name] = value;
}
