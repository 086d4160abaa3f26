import { describe, expect, it } from 'vitest';
import { readSlugInput } from '../../src/sso/slug-input.ts';

describe('what people type as their company slug', () => {
  it.each([
    ['acme', 'acme'],
    ['  Acme ', 'acme'],
    ['ACME\u00a0Screens', 'acme-screens'],
    ['acme_screens', 'acme-screens'],
    ['https://id.example.com/sso/acme', 'acme'],
    ['https://id.example.com/sso/Acme?choose=', 'acme'],
    ['id.example.com/sso/acme/', 'acme'],
    ['/acme/', 'acme'],
  ])('reads %j', (typed, slug) => {
    expect(readSlugInput(typed)).toEqual({ kind: 'slug', slug });
  });

  it('reads a work e-mail address', () => {
    expect(readSlugInput(' Ada@Acme.example ')).toEqual({ kind: 'email', email: 'Ada@Acme.example' });
  });

  it.each([
    '',
    ' ',
    'a',
    'admin',
    '<script>',
    'acme.example',
    '../acme',
    'a'.repeat(64),
    `${'a'.repeat(254)}@acme.example`,
    '@@',
    'x'.repeat(5_000),
  ])('takes %j for nothing', (typed) => {
    expect(readSlugInput(typed)).toEqual({ kind: 'other' });
  });
});
