import type { ResourceTable, SchemaTable } from '../../attributes/attribute.ts';
import { tidyItems } from '../../attributes/attribute-value.ts';
import type { FoundAttribute } from '../../attributes/find-attribute.ts';
import { isJsonObject, type Json, type JsonObject, memberOf, type ResourceJson } from '../../attributes/json.ts';
import { PatchEffort } from './patch-effort.ts';

/** A copy of a resource that is made as far as a PATCH writes to it. */
export class Draft {
  readonly effort = new PatchEffort();
  private readonly resource: ResourceJson;
  private readonly touched = new Set<FoundAttribute>();
  /** Extensions that are copies already. */
  private readonly copied = new Set<JsonObject>();
  private readonly spellings = new WeakMap<JsonObject, Map<string, string>>();

  constructor(
    resource: ResourceJson,
    readonly table: ResourceTable,
  ) {
    this.resource = { ...resource };
  }

  get({ schema, attribute }: FoundAttribute): Json | undefined {
    return memberOf(this.container(schema), attribute.name);
  }

  set(found: FoundAttribute, value: Json | undefined): void {
    const { schema, attribute } = found;
    if (attribute.multiValued) this.touched.add(found);
    if (schema === this.table.schema) this.setMember(this.resource, attribute.name, value);
    else this.setInExtension(schema.id, attribute.name, value);
  }

  /** The value of an attribute that nobody declared, however its extension and its name are spelled. */
  getOpen({ schema, attribute }: FoundAttribute): Json | undefined {
    const extension = this.extension(schema.id);
    return extension && memberOf(extension, this.spelled(extension, attribute.name));
  }

  /** Keeps the spellings that are there. */
  setOpen({ schema, attribute }: FoundAttribute, value: Json | undefined): void {
    const extension = this.extension(schema.id);
    const name = extension === undefined ? attribute.name : this.spelled(extension, attribute.name);
    this.setInExtension(schema.id, name, value);
  }

  hasExtension(urn: string): boolean {
    return this.extension(urn) !== undefined;
  }

  removeExtension(urn: string): void {
    this.setMember(this.resource, this.spelled(this.resource, urn), undefined);
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
    const extension = memberOf(this.resource, this.spelled(this.resource, urn));
    return isJsonObject(extension) ? extension : undefined;
  }

  private setInExtension(urn: string, name: string, value: Json | undefined): void {
    const extension = this.copyOf(urn);
    if (extension === undefined) {
      if (value !== undefined) this.addExtension(urn, { [name]: value });
      return;
    }
    this.setMember(extension, name, value);
    if (value === undefined && this.spellingsOf(extension).size === 0) this.removeExtension(urn);
  }

  /** An extension that may be written to; copied once, whatever number of operations write to it. */
  private copyOf(urn: string): JsonObject | undefined {
    const extension = this.extension(urn);
    if (extension === undefined || this.copied.has(extension)) return extension;
    return this.addExtension(urn, { ...extension });
  }

  private addExtension(urn: string, extension: JsonObject): JsonObject {
    this.copied.add(extension);
    this.setMember(this.resource, this.spelled(this.resource, urn), extension);
    return extension;
  }

  /** The name as the object spells it, or as it is; looked up, because an object may have thousands of members. */
  private spelled(object: JsonObject, name: string): string {
    if (Object.hasOwn(object, name)) return name;
    return this.spellingsOf(object).get(name.toLowerCase()) ?? name;
  }

  private spellingsOf(object: JsonObject): Map<string, string> {
    const known = this.spellings.get(object);
    if (known !== undefined) return known;
    const spellings = new Map(Object.keys(object).map((name) => [name.toLowerCase(), name]));
    this.spellings.set(object, spellings);
    return spellings;
  }

  private setMember(object: JsonObject, name: string, value: Json | undefined): void {
    if (value === undefined) {
      delete object[name];
      this.spellings.get(object)?.delete(name.toLowerCase());
    } else {
      object[name] = value;
      this.spellings.get(object)?.set(name.toLowerCase(), name);
    }
  }
}
