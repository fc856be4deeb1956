// What every file of browser tests begins and ends with: a browser, and a ledger that is served.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

import { launch } from './browser';
import { Ledger } from './ledger';

export interface Stage {
  readonly ledger: Ledger;
  readonly browser: Browser;
}

/** Sets up for the tests of a file, and takes down after them; `prepare` makes the ledger. */
export function stage(prepare: () => Promise<Ledger> = () => Ledger.start()): Stage {
  let made: { ledger: Ledger; browser: Browser } | null = null;
  beforeAll(async () => {
    const [ledger, browser] = await Promise.all([prepare(), launch()]);
    made = { ledger, browser };
  });
  afterAll(async () => {
    await made?.browser.close();
    await made?.ledger.stop();
  });
  const there = (): { ledger: Ledger; browser: Browser } => {
    if (!made) throw new Error('the stage is set before the first test');
    return made;
  };
  return {
    get ledger() {
      return there().ledger;
    },
    get browser() {
      return there().browser;
    },
  };
}
