import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from '../../src/sso/pages/html.ts';

describe('html', () => {
  it('escapes every value, in text and in attributes', () => {
    const hostile = `<script>"'&`;
    expect(html`<p title="${hostile}">${hostile}</p>`.markup).toBe(
      '<p title="&lt;script&gt;&quot;&#39;&amp;">&lt;script&gt;&quot;&#39;&amp;</p>',
    );
  });

  it('leaves markup of its own as it is, also in lists', () => {
    expect(html`<ul>${['a', '<b>'].map((item) => html`<li>${item}</li>`)}</ul>`.markup).toBe(
      '<ul><li>a</li><li>&lt;b&gt;</li></ul>',
    );
  });

  it('leaves nothing of null, undefined and false, but keeps zero', () => {
    expect(html`${null}${undefined}${false}${0}`.markup).toBe('0');
  });

  it('never lets a value open a tag or leave an attribute', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(html`${text}`.markup).not.toMatch(/[<>"']/);
      }),
    );
  });
});
