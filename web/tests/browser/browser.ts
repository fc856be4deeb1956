// Debian's Chromium, and a page in it that keeps account of what it asks for and of what goes wrong.

import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page, type Request } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync) ?? '';
if (CHROMIUM === '') throw new Error('chromium is missing: apt-get install chromium (or .ci/setup --web)');

/** How long anything may take on a machine that is busy with other work, in milliseconds. */
const PATIENCE = 240_000;

export function launch(): Promise<Browser> {
  // The sandbox does not start for root; what is opened here is our own page.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: CHROMIUM, args: sandbox });
}

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Every request, in order. */
  readonly requests: Request[];
  /** Errors of scripts, of the console, and blocked content. */
  readonly errors: string[];
}

export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1366, height: 768 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const requests: Request[] = [];
  const errors: string[] = [];
  page.on('request', (request) => requests.push(request));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
  });
  return { context, page, requests, errors };
}
