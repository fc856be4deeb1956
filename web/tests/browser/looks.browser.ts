// Every page in both languages, on a phone and on a court's screen, light and dark: axe-core finds nothing serious, nothing sticks
// out sideways, and a picture of it is left in web/screenshots, to be looked at by a person.

import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';

import { visit } from './browser';
import { LOOKS, open, prepared } from './pages';
import { stage } from './stage';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FOLDER = join(__dirname, '../../screenshots');

/** Half a minute each on an idle machine of two cores, and many times that on a busy one. */
const PATIENCE = 1_800_000;

const at = stage(prepared);

beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
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
  { language: 'en', locale: 'en-GB', screen: 'court', axeIn: 'light', viewport: { width: 1366, height: 768 } },
  { language: 'zh', locale: 'zh-CN', screen: 'court', axeIn: 'dark', viewport: { width: 1366, height: 768 } },
  { language: 'en', locale: 'en-GB', screen: 'phone', axeIn: 'dark', viewport: { width: 390, height: 844 } },
  { language: 'zh', locale: 'zh-CN', screen: 'phone', axeIn: 'light', viewport: { width: 390, height: 844 } },
] as const;

test.each(SCREENS)('every page: $language, $screen', { timeout: PATIENCE }, async ({ language, locale, screen, viewport, axeIn }) => {
  const { context, page } = await visit(at.browser, { locale, viewport, colorScheme: 'light' });
  for (const look of LOOKS) {
    await page.emulateMedia({ colorScheme: 'light' });
    await open(page, at.ledger, look);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe(colorScheme);
      const path = join(FOLDER, `${look.name}-${language}-${screen}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true, animations: 'disabled' });
      expect(statSync(path).size).toBeGreaterThan(10_000);
      if (colorScheme === axeIn) expect(await serious(page), `${look.name}, ${colorScheme}`).toEqual([]);
    }
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, look.name).toBe(0);
  }
  await context.close();
});
