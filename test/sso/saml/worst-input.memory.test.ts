import { describe, expect, it } from 'vitest';
import { readMetadata } from '../../../src/sso/saml/metadata.ts';
import { elementsIn, parseXml, type XmlElement } from '../../../src/sso/saml/parse-xml.ts';
import { decodeResponse, parseResponse } from '../../../src/sso/saml/response-shape.ts';
import { SamlSignIn } from '../../../src/sso/saml/saml-sign-in.ts';
import { checkSignatureShape } from '../../../src/sso/saml/signature-shape.ts';
import { statusFailure } from '../../../src/sso/saml/status-failure.ts';
import { partsOf, problemOf } from './hostile-responses.ts';
import { anIdentityProvider, responseXml } from './saml-fixture.ts';

const provider = anIdentityProvider();
const LENGTH = 256 * 1024;
/** What takes each of these a few milliseconds took up to half a minute where the work grew with the square of the length. */
const MILLISECONDS_MAX = 2_000;

async function expectQuick(run: () => unknown): Promise<void> {
  const began = performance.now();
  await Promise.resolve()
    .then(run)
    .catch(() => undefined);
  expect(performance.now() - began).toBeLessThan(MILLISECONDS_MAX);
}

function elementOf(root: XmlElement, name: string): XmlElement {
  const found = elementsIn(root).find(({ localName }) => localName === name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
}

const filled = (text: string, length = LENGTH) => text.repeat(Math.ceil(length / text.length)).slice(0, length);
const numbered = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index));

/** By what they repeat. */
const documents: [string, string][] = [
  ['blanks', `<a>${filled(' ')}</a>`],
  ['blanks in a tag', `<a${filled(' ')}/>`],
  ['tags that are not closed', filled('<a>')],
  ['tags that do not end', filled('<a ')],
  ['tags of many names that are not closed', numbered(30_000, (at) => `<b${at}>`).join('')],
  ['elements of many names', `<a>${numbered(4_900, (at) => `<b${at}></b${at}>`).join('')}${filled('x', 150_000)}</a>`],
  ['end tags', filled('</a>')],
  ['blanks in end tags', `<a></a${filled(' ')}x>`],
  ['quotes', `<a b="${filled("'")}`],
  ['attributes', `<a ${numbered(25_000, (at) => `b${at}=""`).join(' ')}/>`],
  ['attributes without a value', `<a ${filled('b ')}/>`],
  [
    'namespaces within each other',
    `${numbered(4_900, (at) => `<a xmlns:n${at}="u">`).join('')}${'</a>'.repeat(4_900)}`,
  ],
  [
    'namespaces beside many others',
    `<a ${numbered(4_000, (at) => `xmlns:n${at}="u"`).join(' ')}>${'<b xmlns:m="u"/>'.repeat(4_900)}</a>`,
  ],
  ['references', `<a>${filled('&amp;')}</a>`],
  ['references that do not end', `<a>${filled('&#1')}</a>`],
  ['one long reference', `<a>&${filled('a')}</a>`],
  ['lines', `<a>${filled('\n')}</a>`],
  ['line separators', `<a>${filled('x')}\u2028<b c=""/></a>`],
  ['beginnings of comments', filled('<!--')],
  ['comments', filled('<!---->')],
  ['beginnings of declarations', filled('<?xml ')],
];

describe('the worst that anybody can send', () => {
  it.each(documents)('is read, or refused, in little time as XML: %s', async (_name, text) => {
    await expectQuick(() => parseXml(text));
    await expectQuick(() => readMetadata(text.slice(0, LENGTH), new Date()));
  });

  it.each(documents)('is verified, or refused, in little time as what an assertion says: %s', async (_name, text) => {
    const xml = await responseXml(provider.it, { person: { nameId: 'mallory', attributes: { x: 'VALUE' } } });
    expect(xml).toContain('VALUE');
    await expectQuick(() =>
      problemOf(
        provider.it,
        xml.replace('VALUE', () => text.slice(0, 100_000)),
      ),
    );
  });

  it.each([
    ['blanks', `A${filled(' ')}!`],
    ['blanks between letters', `${filled('A ')}!`],
    ['letters', `${filled('A')}!`],
    ['signs of the end', `A${filled('=')}`],
  ])('is refused in little time as the value of a signature: %s', async (_name, value) => {
    const { xml } = await partsOf(provider.it);
    const hostile = parseXml(xml.replace(/(<ds:SignatureValue>)[^<]*/, (_, tag: string) => tag + value));
    const find = (name: string) => elementOf(hostile, name);
    await expectQuick(() => checkSignatureShape(find('Signature'), find('Assertion')));
    expect(() => checkSignatureShape(find('Signature'), find('Assertion'))).toThrow();
  });

  it.each(['\r\n', '=', 'A', '+', ' ', 'ÿ'])('is decoded, or refused, in little time: many %j', async (letter) => {
    const saml = new SamlSignIn({ clock: () => new Date() });
    await expectQuick(() => saml.isUnsolicited(filled(letter)));
    await expectQuick(() => parseResponse(decodeResponse(filled(letter))));
  });

  it.each([' ', ':', 'AADSTS', 'AADSTS1', '\u0000', '\u200b'])(
    'is explained in little time as an error: many %j',
    async (text) => {
      const words = filled(text);
      await expectQuick(() => statusFailure({ statusCode: words, subStatusCode: words, message: words }));
    },
  );
});
