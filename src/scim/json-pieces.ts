import type { Json, ResourceJson } from '../attributes/json.ts';

/** A resource as a client sees it, whose members may go on after those that it holds. */
export type Shown = { readonly resource: ResourceJson; readonly moreMembers?: () => AsyncIterable<Json[]> };

/** The characters that go out at a time, more or less: what is larger goes out in several pieces. */
export const PIECE_LENGTH = 65_536;

/** The JSON of one resource, its members last, for they may be many. */
export function resourcePieces(shown: Shown): AsyncIterable<string> {
  return gathered(resourceTexts(shown));
}

/** The JSON of a list: what `envelope` holds, then the resources one after the other. */
export function listPieces(envelope: object, resources: Iterable<Shown>): AsyncIterable<string> {
  return gathered(listTexts(envelope, resources));
}

/** The same of anything that is small, in a member of that name. */
export function itemsPieces(envelope: object, name: string, items: Iterable<object>): AsyncIterable<string> {
  return gathered(itemTexts(envelope, name, items));
}

type Texts = AsyncIterable<string> | Iterable<string>;

async function* listTexts(envelope: object, resources: Iterable<Shown>): AsyncIterable<string> {
  yield `${JSON.stringify(envelope).slice(0, -1)},"Resources":[`;
  let separator = '';
  for (const shown of resources) {
    yield separator;
    if (shown.moreMembers === undefined) yield JSON.stringify(shown.resource);
    else yield* resourceTexts(shown);
    separator = ',';
  }
  yield ']}';
}

function* itemTexts(envelope: object, name: string, items: Iterable<object>): Iterable<string> {
  yield `${JSON.stringify(envelope).slice(0, -1)},"${name}":[`;
  let separator = '';
  for (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ',';
  }
  yield ']}';
}

async function* resourceTexts({ resource, moreMembers }: Shown): AsyncIterable<string> {
  if (moreMembers === undefined) {
    yield JSON.stringify(resource);
    return;
  }
  const { members, ...attributes } = resource;
  yield `${JSON.stringify(attributes).slice(0, -1)},"members":[`;
  const first = itemsText(Array.isArray(members) ? members : []);
  yield first;
  let separator = first === '' ? '' : ',';
  for await (const page of moreMembers()) {
    if (page.length === 0) continue;
    yield separator + itemsText(page);
    separator = ',';
  }
  yield ']}';
}

function itemsText(items: readonly Json[]): string {
  return JSON.stringify(items).slice(1, -1);
}

async function* gathered(texts: Texts): AsyncIterable<string> {
  let piece = '';
  for await (const text of texts) {
    piece += text;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
