/**
 * SQL rows of the directories that the items of a batch name, with their status, strictness and the version of the schemas, each
 * locked until the batch has committed: a change of these waits for the writes that went by the old, and a write that waited
 * goes by the new.
 */
export function heldDirectories(items: string): string {
  return `
     select d.id, d.status, d.is_strict, d.schemas_version from directories d
      where d.organization_id = $1 and d.id in (select "directoryId" from ${items}) order by d.id for key share`;
}
