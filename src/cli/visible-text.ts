import { styleText } from 'node:util';

export const textStyles = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const;
/** How commands paint what they say. */
export type TextStyle = (typeof textStyles)[number];

/** The sequences by which `paint` begins and ends. Said by others, they can do no more than colour. */
const PAINT = [...new Set(textStyles.flatMap((style) => painted(style, ' ').split(' ')))];
/** What a terminal obeys, and what turns the order in which a line is read. */
const OBEYED = '[\\p{Cc}\\p{Bidi_Control}\\u2028\\u2029]';
const PAINT_OR_OBEYED = new RegExp(`${PAINT.map((text) => text.replace('[', '\\[')).join('|')}|${OBEYED}`, 'gu');
const UNSEEN_IN_JSON = /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu;
const REPLACED = '\ufffd';

export function painted(style: TextStyle, text: string): string {
  return styleText(style, text, { validateStream: false });
}

/**
 * Lines for a terminal: what identity providers and people said in them moves no cursor, sets no title and turns no order.
 * The colours of the commands stay where there are any. Line breaks stay: see `oneLine`.
 */
export function visibleLines(text: string, { hasColours }: { hasColours: boolean }): string {
  return text.replace(PAINT_OR_OBEYED, (found) => {
    const isOurs = found === '\n' || (hasColours && found.length > 1);
    return isOurs ? found : REPLACED + found.slice(1);
  });
}

/** A text of others inside a line of ours: it begins no line of its own. */
export function oneLine(text: string): string {
  return text.replace(PAINT_OR_OBEYED, (found) => (found.length > 1 ? found : REPLACED));
}

/** The value as JSON in which everything that a terminal obeys is an escape, C1 and DEL too, which JSON itself leaves. */
export function visibleJson(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, 2).replace(UNSEEN_IN_JSON, escaped);
}
