import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accentOn, contrast, createTheme, surfaces } from '../../src/sso/theme.ts';

const product = { name: 'Screens', url: null, origins: [], logoFile: null, color: null };

describe('the colours of the product', () => {
  it('measures contrast as WCAG does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
    expect(contrast('#123456', '#123456')).toBe(1);
  });

  it('can be read on every page, whatever the colour', () => {
    const channel = fc.integer({ min: 0, max: 255 }).map((value) => value.toString(16).padStart(2, '0'));
    const color = fc.tuple(channel, channel, channel).map((channels) => `#${channels.join('')}`);
    fc.assert(
      fc.property(color, fc.constantFrom(surfaces.light, surfaces.dark), (asked, surface) => {
        const { fill, onFill, text } = accentOn(surface, asked);
        expect(contrast(fill, onFill)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(text, surface)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(fill, surface)).toBeGreaterThanOrEqual(3);
      }),
      { numRuns: 2_000 },
    );
  });

  it('stays as it is where it can be read', () => {
    expect(accentOn(surfaces.light, '#0b5fff')).toEqual({ fill: '#0b5fff', onFill: '#ffffff', text: '#0b5fff' });
    expect(accentOn(surfaces.light, '#ffd400').onFill).toBe('#000000');
  });
});

describe('the logo of the product', () => {
  it('is read once, with its type', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'rollcall-logo-')), 'logo.SVG');
    writeFileSync(file, '<svg xmlns="http://www.w3.org/2000/svg"/>');
    expect(createTheme({ ...product, logoFile: file }).logo).toMatchObject({ type: 'image/svg+xml' });
    expect(createTheme(product).logo).toBeNull();
  });
});
