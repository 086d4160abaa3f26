import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { styleSheet } from './pages/style-sheet.ts';
import type { ProductSettings } from './sign-in-settings.ts';

/** How the pages look, made once. */
export interface Theme {
  productName: string;
  styleSheet: string;
  /** Of the style sheet, as a Content-Security-Policy names it. */
  styleHash: string;
  logo: { content: Buffer; type: 'image/svg+xml' | 'image/png' } | null;
}

/** The colours that are computed from the product's, for a light or a dark page. */
export interface AccentColors {
  /** Of the button. */
  fill: string;
  /** Of the text on the button: at least 4.5:1. */
  onFill: string;
  /** Of links and of the ring around what has the focus: at least 4.5:1 on the page. */
  text: string;
}

const DEFAULT_COLOR = '#2456d6';
const TEXT_CONTRAST_MIN = 4.5;
/** Of a shape against what it lies on (WCAG 2.2, 1.4.11). */
const SHAPE_CONTRAST_MIN = 3;

/** Of the surfaces in style-sheet.ts, those on which a colour is the hardest to see. */
export const surfaces = { light: '#f3f4f6', dark: '#252a32' } as const;

/** Reads the logo and computes the colours. Throws when the logo cannot be read. */
export function createTheme(product: ProductSettings): Theme {
  const color = product.color ?? DEFAULT_COLOR;
  const css = styleSheet({ light: accentOn(surfaces.light, color), dark: accentOn(surfaces.dark, color) });
  const { logoFile } = product;
  const type = logoFile?.toLowerCase().endsWith('.svg') ? 'image/svg+xml' : 'image/png';
  return {
    productName: product.name,
    styleSheet: css,
    styleHash: `'sha256-${createHash('sha256').update(css).digest('base64')}'`,
    logo: logoFile === null ? null : { content: readFileSync(logoFile), type },
  };
}

/** The product's colour where it can be seen and read on the surface, else the nearest shade of it that can. */
export function accentOn(surface: string, color: string): AccentColors {
  const fill = shadeOf(color, surface, SHAPE_CONTRAST_MIN);
  const onFill = contrast(fill, '#ffffff') >= TEXT_CONTRAST_MIN ? '#ffffff' : '#000000';
  return { fill, onFill, text: shadeOf(color, surface, TEXT_CONTRAST_MIN) };
}

/** The contrast of two colours, from 1 to 21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((left, right) => left - right);
  return (lighter + 0.05) / (darker + 0.05);
}

const STEPS = 50;

function shadeOf(color: string, surface: string, contrastMin: number): string {
  const towards = luminance(surface) > 0.5 ? 0 : 255;
  for (let step = 0; step < STEPS; step += 1) {
    const shade = mixed(color, towards, step / STEPS);
    if (contrast(shade, surface) >= contrastMin) return shade;
  }
  return towards === 0 ? '#000000' : '#ffffff';
}

function mixed(color: string, towards: number, part: number): string {
  const channels = channelsOf(color).map((channel) => Math.round(channel + (towards - channel) * part));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(color).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channelsOf(color: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}
