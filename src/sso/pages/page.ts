import { Html, html } from './html.ts';

/** What all pages know of where they stand. */
export interface Site {
  productName: string;
  hasLogo: boolean;
  /** The path that the service is reached under, such as /identity; empty for the root. */
  base: string;
}

/** One page before the frame that all have. */
export interface Page {
  /** Of the window; the product's name is added. */
  title: string;
  body: Html;
  /** For pages with lists and facts. */
  isWide?: boolean;
}

/** The whole document: no script, one style sheet, no request but for the logo. */
export function renderPage(site: Site, styleSheet: string, { title, body, isWide = false }: Page): string {
  const brand = site.hasLogo
    ? html`<img src="${site.base}/sign-in/logo" alt="${site.productName}">`
    : html`${site.productName}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} · ${site.productName}</title>
${styleElement(styleSheet)}
</head>
<body>
<header>${brand}</header>
<main${isWide && html` class="wide"`}>
${body}
</main>
</body>
</html>
`.markup;
}

/** Ours, with colours that were computed: escaped, it would be another than its hash names. */
function styleElement(styleSheet: string): Html {
  return new Html(`<style>${styleSheet}</style>`);
}
