import { XmlRefused } from './xml-refused.ts';

const DEPTH_MAX = 40;
const ELEMENTS_MAX = 5_000;
/** Documents of SAML have some dozens. */
const NAMES_MAX = 200;
const ATTRIBUTES_MAX = 100;
const NAMESPACES_MAX = 100;

/** An element that is not closed yet. */
interface OpenElement {
  name: string;
  /** How many namespaces are declared by it and around it. */
  namespaces: number;
}

interface Tag {
  /** What stands between `<` and `>`. */
  text: string;
  attributes: number;
  namespaces: number;
}

/**
 * Throws XmlRefused for a text whose elements are more, deeper, or have more names, attributes or namespaces than a document of
 * SAML has, or do not end in order: by these the work of a parser, and of what verifies signatures, grows faster than the text.
 * Looks at each character once, so that it can be asked before any parser. The text has to be without comments and CDATA sections.
 */
export function checkXmlBounds(text: string): void {
  const open: OpenElement[] = [];
  const names = new Set<string>();
  let elements = 0;
  for (const tag of tagsOf(text)) {
    if (tag.text.startsWith('/')) {
      if (open.pop()?.name !== tag.text.slice(1).trimEnd()) throw new XmlRefused('It is not well-formed.');
      continue;
    }
    elements += 1;
    if (elements > ELEMENTS_MAX) throw new XmlRefused('It has too many elements.');
    const [name = ''] = /^[^\s/]*/.exec(tag.text) ?? [];
    names.add(name);
    if (names.size > NAMES_MAX) throw new XmlRefused('Its elements have too many names.');
    if (tag.attributes > ATTRIBUTES_MAX) throw new XmlRefused('An element has too many attributes.');
    const namespaces = (open.at(-1)?.namespaces ?? 0) + tag.namespaces;
    if (namespaces > NAMESPACES_MAX) throw new XmlRefused('It has too many namespaces.');
    // The root is 0 deep.
    if (open.length > DEPTH_MAX) throw new XmlRefused('Its elements are nested too deeply.');
    if (!tag.text.endsWith('/')) open.push({ name, namespaces });
  }
  if (open.length > 0) throw new XmlRefused('It is not well-formed.');
}

function* tagsOf(text: string): Generator<Tag> {
  for (let start = text.indexOf('<'); start !== -1; ) {
    const tag = readTag(text, start + 1);
    yield tag;
    start = text.indexOf('<', start + tag.text.length + 2);
  }
}

/** The tag that begins there; what stands in quotes ends no tag. */
function readTag(text: string, start: number): Tag {
  const sign = /[<>"']/g;
  sign.lastIndex = start;
  let attributes = 0;
  let namespaces = 0;
  let nameStart = start;
  for (let found = sign.exec(text); found !== null && found[0] !== '<'; found = sign.exec(text)) {
    const { 0: quote, index } = found;
    if (quote === '>') return { text: text.slice(start, index), attributes, namespaces };
    attributes += 1;
    if (/\sxmlns[:=\s]/.test(text.slice(nameStart, index))) namespaces += 1;
    const end = text.indexOf(quote, index + 1);
    if (end === -1) break;
    nameStart = end + 1;
    sign.lastIndex = nameStart;
  }
  throw new XmlRefused('It is not well-formed.');
}
