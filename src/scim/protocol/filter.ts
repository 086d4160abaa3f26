import { textProblem } from '../../attributes/text.ts';
import { type ScimError, scimErrors } from './scim-error.ts';

export type FilterValue = string | number | boolean | null;
export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le' | 'pr';

/**
 * A filter of RFC 7644 §3.4.2.2. `and` and `or` hold two or more filters, none of their own kind. `value` is absent with
 * `pr` only. Inside a value path attributes are relative: `emails[type eq "work"]` compares `type`.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | CompareFilter
  | { readonly kind: 'valuePath'; readonly attribute: string; readonly filter: Filter };

export type CompareFilter = {
  readonly kind: 'compare';
  readonly attribute: string;
  readonly operator: CompareOperator;
  readonly value?: FilterValue;
};

/** A PATCH path as written (RFC 7644 §3.5.2, figure 7). */
export type WrittenPath = { readonly attribute: string; readonly filter?: Filter; readonly subAttribute?: string };

const LENGTH_MAX = 8192;
const DEPTH_MAX = 20;
const NODES_MAX = 100;

const patterns = {
  space: /[ \t\r\n]+/y,
  // URNs, dots and $ref included; which attribute is meant is decided against the attribute tables.
  attribute: /[A-Za-z$][\w.:$/%~#-]*/y,
  subAttribute: /\.[A-Za-z$][\w$-]*/y,
  word: /[A-Za-z]+(?![\w.:$-])/y,
  number: /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside a string.
  string: /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y,
  operand: /[^\s()[\]]+/y,
};

const operators = new Set<string>(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr']);
const keywords = new Map<string, FilterValue>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * Reads a filter. Anything outside the grammar, and more than 8,192 characters, 20 levels or 100 comparisons, is a 400
 * `invalidFilter` that names the position.
 */
export function parseFilter(text: string): Filter {
  const parser = new FilterParser(text, scimErrors.invalidFilter);
  const filter = parser.readOr(1);
  parser.expectEnd();
  return filter;
}

/** Reads a PATCH path; anything outside the grammar is a 400 `invalidPath`. */
export function parseWrittenPath(text: string): WrittenPath {
  const parser = new FilterParser(text, scimErrors.invalidPath);
  const path = parser.readPath();
  parser.expectEnd();
  return path;
}

class FilterParser {
  private position = 0;
  private nodes = 0;

  constructor(
    private readonly text: string,
    private readonly refusal: (detail: string) => ScimError,
  ) {
    if (text.length > LENGTH_MAX) throw refusal(`The expression is longer than ${LENGTH_MAX} characters`);
  }

  readOr(depth: number): Filter {
    return this.readChain('or', () => this.readChain('and', () => this.readTerm(depth)));
  }

  readPath(): WrittenPath {
    const attribute = this.readAttribute();
    if (!this.takeSymbol('[')) return { attribute };
    const filter = this.readBracketed(1);
    const subAttribute = this.take(patterns.subAttribute)?.slice(1);
    return subAttribute === undefined ? { attribute, filter } : { attribute, filter, subAttribute };
  }

  expectEnd(): void {
    this.take(patterns.space);
    if (this.position < this.text.length) throw this.problem('expected the end, "and" or "or"');
  }

  private readChain(kind: 'and' | 'or', read: () => Filter): Filter {
    const filters = [read()];
    while (this.takeWord(kind)) filters.push(read());
    return joined(kind, filters);
  }

  private readTerm(depth: number): Filter {
    this.count(depth);
    if (this.takeSymbol('(')) return this.readGroup(depth);
    const start = this.position;
    if (this.takeWord('not')) {
      if (this.takeSymbol('(')) return { kind: 'not', filter: this.readGroup(depth) };
      this.position = start;
    }
    const attribute = this.readAttribute();
    if (!this.takeSymbol('[')) return this.readComparison(attribute);
    const filter = this.readBracketed(depth);
    const subAttribute = this.take(patterns.subAttribute)?.slice(1);
    if (subAttribute === undefined) return { kind: 'valuePath', attribute, filter };
    // Entra matches by emails[type eq "work"].value eq "x"; RFC 7644 has no such form.
    return {
      kind: 'valuePath',
      attribute,
      filter: joined('and', [filter, this.readComparison(subAttribute)]),
    };
  }

  private readGroup(depth: number): Filter {
    const filter = this.readOr(depth + 1);
    if (!this.takeSymbol(')')) throw this.problem('expected ")"');
    return filter;
  }

  private readBracketed(depth: number): Filter {
    const filter = this.readOr(depth + 1);
    if (!this.takeSymbol(']')) throw this.problem('expected "]"');
    if (holdsValuePath(filter)) throw this.problem('a value path must not hold another one');
    return filter;
  }

  private readComparison(attribute: string): CompareFilter {
    this.take(patterns.space);
    const start = this.position;
    const operator = this.take(patterns.word)?.toLowerCase();
    if (operator === undefined || !operators.has(operator)) {
      this.position = start;
      throw this.problem('expected an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr');
    }
    if (operator === 'pr') return { kind: 'compare', attribute, operator };
    return { kind: 'compare', attribute, operator: operator as CompareOperator, value: this.readValue() };
  }

  private readValue(): FilterValue {
    this.take(patterns.space);
    const start = this.position;
    const string = this.take(patterns.string);
    if (string !== undefined) return this.checkedText(JSON.parse(string));
    const number = this.take(patterns.number);
    if (number !== undefined) return Number(number);
    const keyword = keywords.get(this.take(patterns.word)?.toLowerCase() ?? '');
    if (keyword !== undefined) return keyword;
    this.position = start;
    const operand = this.take(patterns.operand);
    this.position = start;
    throw this.problem(operand === undefined ? 'expected a value' : 'a text value must stand in double quotes');
  }

  private checkedText(text: string): string {
    const message = textProblem(text, LENGTH_MAX);
    if (message !== undefined) throw this.problem(`the value ${message}`);
    return text;
  }

  private readAttribute(): string {
    this.take(patterns.space);
    const attribute = this.take(patterns.attribute);
    if (attribute === undefined) throw this.problem('expected an attribute');
    return attribute;
  }

  private takeWord(word: string): boolean {
    this.take(patterns.space);
    const start = this.position;
    if (this.take(patterns.word)?.toLowerCase() === word) return true;
    this.position = start;
    return false;
  }

  private takeSymbol(symbol: string): boolean {
    // White space before "[" would let `emails [type …` pass; harmless, and one rule for all symbols.
    const start = this.position;
    this.take(patterns.space);
    if (this.text[this.position] === symbol) {
      this.position += 1;
      return true;
    }
    this.position = start;
    return false;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text)?.[0];
    if (match !== undefined) this.position += match.length;
    return match;
  }

  private count(depth: number): void {
    this.nodes += 1;
    if (depth > DEPTH_MAX) throw this.problem(`nested deeper than ${DEPTH_MAX} levels`);
    if (this.nodes > NODES_MAX) throw this.problem(`more than ${NODES_MAX} comparisons`);
  }

  private problem(message: string): ScimError {
    return this.refusal(`${message} (at character ${this.position + 1})`);
  }
}

/** One filter as itself; several as one chain, into which chains of the same kind are dissolved. */
function joined(kind: 'and' | 'or', filters: readonly Filter[]): Filter {
  const flat = filters.flatMap((filter) => (filter.kind === kind ? filter.filters : [filter]));
  const only = flat[0];
  return flat.length === 1 && only !== undefined ? only : { kind, filters: flat };
}

function holdsValuePath(filter: Filter): boolean {
  if (filter.kind === 'valuePath') return true;
  if (filter.kind === 'compare') return false;
  return filter.kind === 'not' ? holdsValuePath(filter.filter) : filter.filters.some(holdsValuePath);
}

/** The filter as text that `parseFilter` reads back as the same filter. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'compare':
      return filter.operator === 'pr'
        ? `${filter.attribute} pr`
        : `${filter.attribute} ${filter.operator} ${JSON.stringify(filter.value ?? null)}`;
    case 'valuePath':
      return `${filter.attribute}[${printFilter(filter.filter)}]`;
    case 'not':
      return `not (${printFilter(filter.filter)})`;
    case 'and':
      return filter.filters
        .map((part) => (part.kind === 'or' ? `(${printFilter(part)})` : printFilter(part)))
        .join(' and ');
    case 'or':
      return filter.filters.map(printFilter).join(' or ');
  }
}
