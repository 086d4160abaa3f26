import { createRequire } from 'node:module';

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
const DEPTH_MAX = 40;
const ELEMENTS_MAX = 5000;
const DECLARATION = /^<\?xml version=(["'])1\.0\1(?: encoding=(["'])utf-8\2)?(?: standalone=(["'])(?:yes|no)\3)? ?\?>/i;
const COMMENT = /<!--.*?-->/gs;
const REFERENCE = /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});/gi;
const FORBIDDEN_CHARACTER = /[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]|\p{Cs}/u;

/** The text is no XML that is read here; the message says why, without quoting the text. */
export class XmlRefused extends Error {}

/**
 * The root of an XML document that holds elements, attributes and text only. No document type, entity, CDATA section,
 * processing instruction, and no comment unless allowed: what is not there, two parsers cannot read differently.
 */
export function parseXml(text: string, { allowsComments = false } = {}): XmlElement {
  const body = withoutDeclaration(allowsComments ? text.replace(COMMENT, '') : text);
  // In well-formed XML neither stands in text or in the value of an attribute, so no parser is needed to find them.
  if (body.includes('<!')) throw new XmlRefused('It has a comment, a document type, an entity or a CDATA section.');
  if (body.includes('<?')) throw new XmlRefused('It has a processing instruction.');
  if (body.replace(REFERENCE, '').includes('&')) throw new XmlRefused('It has a reference to an entity.');
  if (body.split('<').length > 2 * ELEMENTS_MAX) throw new XmlRefused('It has too many elements.');
  const root = parse(body);
  for (const { depth, node } of walk(root)) {
    if (depth > DEPTH_MAX) throw new XmlRefused('Its elements are nested too deeply.');
    checkNode(node);
  }
  return root;
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

function* walk(root: XmlElement): Generator<{ node: XmlNode; depth: number }> {
  const waiting: { node: XmlNode; depth: number }[] = [{ node: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    for (const node of Array.from(next.node.childNodes ?? [])) waiting.push({ node, depth: next.depth + 1 });
  }
}

function isElement(node: XmlNode): node is XmlElement {
  return node.nodeType === ELEMENT;
}

/** The element and all elements in it. */
export function elementsIn(root: XmlElement): XmlElement[] {
  return Array.from(walk(root), ({ node }) => node).filter(isElement);
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
