import { createRequire } from 'node:module';
import { checkXmlBounds } from './xml-bounds.ts';
import { XmlRefused } from './xml-refused.ts';

/** The part of the DOM that is read here. */
export interface XmlNode {
  nodeType: number;
  nodeValue: string | null;
  childNodes: ArrayLike<XmlNode> | null;
}

export interface XmlAttribute {
  /** With its prefix. */
  name: string;
  localName: string;
  /** Undefined also where its prefix stands for nothing. */
  namespaceURI?: string | null;
  value: string;
}

export interface XmlElement extends XmlNode {
  /** With its prefix. */
  tagName: string;
  localName: string;
  /** Undefined also where its prefix stands for nothing. */
  namespaceURI?: string | null;
  attributes: ArrayLike<XmlAttribute>;
}

interface Parser {
  parseFromString(text: string, mimeType: string): { childNodes: ArrayLike<XmlNode> } | undefined;
}

const require = createRequire(import.meta.url);
// Its own types would bring the whole DOM of a browser (`window`, `name`, `event`) into the scope of every file.
const { DOMParser } = require('@xmldom/xmldom') as {
  DOMParser: new (options: { errorHandler: Record<'warning' | 'error' | 'fatalError', () => never> }) => Parser;
};

const ELEMENT = 1;
const TEXT = 3;
const DECLARATION = /^<\?xml version=(["'])1\.0\1(?: encoding=(["'])utf-8\2)?(?: standalone=(["'])(?:yes|no)\3)? ?\?>/i;
const REFERENCE = /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});/gi;
const FORBIDDEN_CHARACTER = /[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]|\p{Cs}/u;

/**
 * The root of an XML document that holds elements, attributes and text only. No document type, entity, CDATA section,
 * processing instruction, and no comment unless allowed: what is not there, two parsers cannot read differently.
 */
export function parseXml(text: string, { allowsComments = false } = {}): XmlElement {
  const body = withoutDeclaration(allowsComments ? withoutComments(text) : text);
  // In well-formed XML neither stands in text or in the value of an attribute, so no parser is needed to find them.
  if (body.includes('<!')) throw new XmlRefused('It has a comment, a document type, an entity or a CDATA section.');
  if (body.includes('<?')) throw new XmlRefused('It has a processing instruction.');
  if (body.replace(REFERENCE, '').includes('&')) throw new XmlRefused('It has a reference to an entity.');
  checkXmlBounds(body);
  const root = parse(body);
  for (const node of walk(root)) checkNode(node);
  return root;
}

// No regular expression: one that looks for the end of each beginning goes through the text once for each.
function withoutComments(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let start = text.indexOf('<!--'); start !== -1; start = text.indexOf('<!--', from)) {
    parts.push(text.slice(from, start));
    const end = text.indexOf('-->', start + '<!--'.length);
    if (end === -1) throw new XmlRefused('It has a comment that does not end.');
    from = end + '-->'.length;
  }
  return parts.join('') + text.slice(from);
}

// The parser is lax about these.
function checkNode(node: XmlNode): void {
  if (isElement(node)) {
    if (node.tagName.includes(':') && !node.namespaceURI) throw new XmlRefused('It has a prefix without a namespace.');
    for (const { value } of Array.from(node.attributes)) checkText(value);
  } else if (node.nodeType === TEXT) {
    checkText(node.nodeValue ?? '');
  } else {
    throw new XmlRefused('It has more than elements and text.');
  }
}

function checkText(text: string): void {
  if (FORBIDDEN_CHARACTER.test(text)) throw new XmlRefused('It has a character that XML does not allow.');
}

// It says nothing where the encoding is fixed.
function withoutDeclaration(text: string): string {
  return text.replace(DECLARATION, '').trim();
}

function parse(body: string): XmlElement {
  const refuse = () => {
    throw new XmlRefused('It is not well-formed.');
  };
  try {
    const parser = new DOMParser({ errorHandler: { warning: refuse, error: refuse, fatalError: refuse } });
    const nodes = Array.from(parser.parseFromString(body, 'text/xml')?.childNodes ?? []);
    const [root] = nodes.filter(isElement);
    if (nodes.length === 1 && root !== undefined) return root;
  } catch (error) {
    throw error instanceof XmlRefused ? error : new XmlRefused('It is not well-formed.');
  }
  throw new XmlRefused('It does not have exactly one root element.');
}

function* walk(root: XmlElement): Generator<XmlNode> {
  const waiting: XmlNode[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    waiting.push(...Array.from(next.childNodes ?? []));
  }
}

function isElement(node: XmlNode): node is XmlElement {
  return node.nodeType === ELEMENT;
}

/** The element and all elements in it. */
export function elementsIn(root: XmlElement): XmlElement[] {
  return Array.from(walk(root)).filter(isElement);
}

/** The elements directly in it, in order; with a name, those of that name. */
export function childrenOf(element: XmlElement, namespace?: string, localName?: string): XmlElement[] {
  const children = Array.from(element.childNodes ?? []).filter(isElement);
  return localName === undefined
    ? children
    : children.filter((child) => child.localName === localName && child.namespaceURI === namespace);
}

/** The value of an attribute without a namespace; undefined where it is not there. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return Array.from(element.attributes).find((attribute) => attribute.name === name)?.value;
}

/** What stands in an element that holds text only; undefined where it holds an element. */
export function textOf(element: XmlElement): string | undefined {
  const nodes = Array.from(element.childNodes ?? []);
  return nodes.every((node) => node.nodeType === TEXT) ? nodes.map((node) => node.nodeValue ?? '').join('') : undefined;
}
