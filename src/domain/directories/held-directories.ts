/**
 * SQL rows of the directories that the items of a batch name, with their status and strictness, each locked until the batch has
 * committed: a change of status waits for the writes that went by the old one, and a write that waited goes by the new.
 */
export function heldDirectories(items: string): string {
  return `
     select d.id, d.status, d.is_strict from directories d
      where d.organization_id = $1 and d.id in (select "directoryId" from ${items}) order by d.id for key share`;
}
