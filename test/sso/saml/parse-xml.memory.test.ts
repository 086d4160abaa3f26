import { describe, expect, it } from 'vitest';
import { attributeOf, childrenOf, elementsIn, parseXml, textOf } from '../../../src/sso/saml/parse-xml.ts';
import { XmlRefused } from '../../../src/sso/saml/xml-refused.ts';

const numbered = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');

/** Elements within each other, which together declare so many namespaces. */
function nested(namespaces: number, declare: (index: number) => string, perElement: number): string {
  const depth = Math.ceil(namespaces / perElement);
  const elements = Array.from({ length: depth }, (_, at) => {
    const count = Math.min(perElement, namespaces - at * perElement);
    return `<a${Array.from({ length: count }, (__, index) => declare(index)).join('')}>`;
  });
  return elements.join('') + '</a>'.repeat(depth);
}

describe('XML', () => {
  it('is read with its declaration, references and namespaces', () => {
    const root = parseXml(
      '<?xml version="1.0" encoding="UTF-8"?>\n<a xmlns="u" b="1 &lt; 2"><c>x&amp;&#233;</c><d:c xmlns:d="v"/></a>\n',
    );
    expect(attributeOf(root, 'b')).toBe('1 < 2');
    expect(childrenOf(root, 'u', 'c').map(textOf)).toEqual(['x&é']);
    expect(elementsIn(root).map(({ localName, namespaceURI }) => [namespaceURI, localName])).toContainEqual(['v', 'c']);
  });

  it('gives no text of an element that holds another', () => {
    expect(textOf(parseXml('<a>x<b/>y</a>'))).toBeUndefined();
  });

  it('may hold comments only where that is said', () => {
    expect(textOf(parseXml('<!-- <b> --><a>x<!-- y -->z</a>', { allowsComments: true }))).toBe('xz');
    expect(() => parseXml('<a>x<!-- y -->z</a>')).toThrow('a comment');
    expect(() => parseXml('<a/><!-- x --><!-- y', { allowsComments: true })).toThrow('a comment that does not end');
  });

  it('may be as large as a document of SAML is', () => {
    const groups = '<b xmlns:xs="u" xmlns:xsi="v" xsi:type="xs:string" c="a > b">x</b >'.repeat(4_900);
    expect(childrenOf(parseXml(`<a>${groups}</a>`))).toHaveLength(4_900);
    expect(elementsIn(parseXml(`${'<a>'.repeat(41)}${'</a>'.repeat(41)}`))).toHaveLength(41);
    expect(elementsIn(parseXml(nested(99, (at) => ` xmlns:n${at}="u"`, 3)))).toHaveLength(33);
  });

  it.each([
    ['nothing', '', 'not well-formed'],
    ['text', 'hello', 'exactly one root element'],
    ['two roots', '<a/><b/>', 'not well-formed'],
    ['text after the root', '<a/>x', 'exactly one root element'],
    ['an element that is not closed', '<a><b></a>', 'not well-formed'],
    ['an element that is closed in another case', '<a></A>', 'not well-formed'],
    ['an attribute without quotes', '<a b=c/>', 'not well-formed'],
    ['an attribute twice', '<a b="1" b="2"/>', 'not well-formed'],
    ['a document type', '<!DOCTYPE a><a/>', 'a document type'],
    ['a CDATA section', '<a><![CDATA[x]]></a>', 'a CDATA section'],
    ['a processing instruction', '<a><?b?></a>', 'a processing instruction'],
    ['a second declaration', '<?xml version="1.0"?><?xml version="1.0"?><a/>', 'a processing instruction'],
    ['another encoding', '<?xml version="1.0" encoding="utf-7"?><a/>', 'a processing instruction'],
    ['an entity', '<a>&who;</a>', 'a reference to an entity'],
    ['an ampersand', '<a>b & c</a>', 'a reference to an entity'],
    ['a NUL', '<a>&#0;</a>', 'a character'],
    ['a control character', '<a b="\u0008"/>', 'a character'],
    ['half a character', '<a>&#xD800;</a>', 'a character'],
    ['a prefix without a namespace', '<a:b/>', 'a prefix'],
    ['elements nested 41 deep', `${'<a>'.repeat(42)}${'</a>'.repeat(42)}`, 'too deeply'],
    ['5,001 elements', `<a>${'<b/>'.repeat(5_000)}</a>`, 'too many elements'],
    ['elements of 201 names', `<a>${numbered(200, (at) => `<b${at}/>`)}</a>`, 'too many names'],
    ['101 attributes', `<a ${numbered(101, (at) => `b${at}='"'`)}/>`, 'too many attributes'],
    ['101 namespaces within each other', nested(101, (at) => ` xmlns:n${at % 3}="u"`, 4), 'too many namespaces'],
    ['a comment that does not end', '<a/><!--', 'a comment'],
  ])('is refused with %s', (_name, text, message) => {
    expect(() => parseXml(text)).toThrow(XmlRefused);
    expect(() => parseXml(text)).toThrow(message);
  });
});
