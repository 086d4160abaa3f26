import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const SCREENSHOTS = 'test-results/screenshots';
const desktop = { width: 1280, height: 800 };
/** As wide as most phones. */
const phone = { width: 390, height: 844 };

/** Chromium: CHROMIUM_PATH, the system's, or the one that `npx playwright-core install chromium` brought. */
export async function openChromium(): Promise<Browser> {
  const own = [chromium.executablePath()].filter((path) => path !== '');
  const known = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    ...own,
  ];
  const executablePath = known.find((path) => path !== undefined && path !== '' && existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      'The browser tests need Chromium: set CHROMIUM_PATH, install the package chromium, or run npx playwright-core install chromium.',
    );
  }
  return chromium.launch({
    executablePath,
    // Inside a container there is neither a sandbox nor a large /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}

/** A person's browser with cookies of its own. Nothing of the wide net is there. */
export async function aPerson(browser: Browser, settings: { isScriptOff?: boolean } = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: desktop,
    javaScriptEnabled: !(settings.isScriptOff ?? false),
    bypassCSP: false,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(15_000);
  return context;
}

/**
 * Looks at a page as people do: on a desktop and on a phone, in light and in dark, each kept as a picture; axe finds nothing wrong
 * with it (WCAG 2.2 AA), and nothing has to be scrolled sideways.
 */
export async function look(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries({ desktop, phone })) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const path = join(SCREENSHOTS, `${name}-${size}-${colorScheme}.png`);
      await mkdir(dirname(path), { recursive: true });
      await page.screenshot({ path, fullPage: true });
      expect([name, size, colorScheme, await problemsOf(page)]).toEqual([name, size, colorScheme, []]);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect([name, size, overflow <= 0]).toEqual([name, size, true]);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(desktop);
}

/** What axe has against the page, each as one line. It is put in from outside, past the policy that lets no script run. */
async function problemsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async () => {
    const injected = (window as unknown as { axe: typeof axe }).axe;
    return injected.run(document, { resultTypes: ['violations'] });
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}
