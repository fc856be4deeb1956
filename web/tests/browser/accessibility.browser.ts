// axe-core finds nothing serious on any page, in either language, light and dark, on a phone and on a court's screen.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launch, visit } from './browser';
import type { Ledger } from './ledger';
import { LOOKS, open, prepared } from './pages';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let ledger: Ledger;
let browser: Browser;

beforeAll(async () => {
  [ledger, browser] = await Promise.all([prepared(), launch()]);
});

afterAll(async () => {
  await browser.close();
  await ledger.stop();
});

/** What axe finds that is serious or worse, in words. */
async function serious(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: () => Promise<AxeResults> } };
    return axe.run();
  });
  // It has looked at something.
  expect(found.passes.length).toBeGreaterThan(10);
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`));
}

const SCREENS = [
  { locale: 'en-GB', colorScheme: 'light', viewport: { width: 1366, height: 768 } },
  { locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 1366, height: 768 } },
  { locale: 'en-GB', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  { locale: 'zh-CN', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const;

test.each(SCREENS)('nothing serious: $locale, $colorScheme, $viewport.width', async (screen) => {
  const { context, page } = await visit(browser, screen);
  for (const look of LOOKS) {
    await open(page, ledger, look);
    expect(await serious(page), look.name).toEqual([]);
    // Nothing sticks out sideways.
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, look.name).toBe(0);
  }
  await context.close();
});
