// Pictures of every page in both languages and both widths, into web/screenshots: to be looked at by a person.

import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launch, visit } from './browser';
import type { Ledger } from './ledger';
import { LOOKS, open, prepared } from './pages';

const FOLDER = join(__dirname, '../../screenshots');

let ledger: Ledger;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  [ledger, browser] = await Promise.all([prepared(), launch()]);
});

afterAll(async () => {
  await browser.close();
  await ledger.stop();
});

const LANGUAGES = [['en', 'en-GB'], ['zh', 'zh-CN']] as const;
const SCREENS = [['court', 1366, 768], ['phone', 390, 844]] as const;
const CASES = LANGUAGES.flatMap(([language, locale]) =>
  SCREENS.map(([screen, width, height]) => ({ language, locale, screen, viewport: { width, height } })));

test.each(CASES)('every page: $language, $screen', async ({ language, locale, screen, viewport }) => {
  const { context, page } = await visit(browser, { locale, viewport });
  for (const look of LOOKS) {
    await open(page, ledger, look);
    const path = join(FOLDER, `${look.name}-${language}-${screen}.png`);
    await page.screenshot({ path, fullPage: true });
    expect(statSync(path).size).toBeGreaterThan(10_000);
  }
  await context.close();
});
