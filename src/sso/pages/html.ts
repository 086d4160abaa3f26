/** Markup that is safe to send: its values were escaped when it was made. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }

  toString(): string {
    return this.markup;
  }
}

type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Markup with every value escaped, in text as in quoted attributes; null, undefined and false leave nothing. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  const [first = '', ...rest] = parts;
  return new Html(rest.reduce((text, part, index) => text + markupOf(values[index]) + part, first));
}

function markupOf(value: HtmlValue): string {
  if (value instanceof Html) return value.markup;
  if (Array.isArray(value)) return value.map(markupOf).join('');
  if (value === null || value === undefined || value === false) return '';
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
