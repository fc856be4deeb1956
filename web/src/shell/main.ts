// The served page: shows one of its sections, and mounts the flow in it when it is first opened.

import type { PageContext } from '../notarium-page';
import { startFrame } from './frame';
import { language, onLanguage } from './language';
import { parseRoute, type Page, type Route } from './routes';
import { readSettings } from './settings';

const settings = readSettings();

const context: PageContext = {
  language: language(),
  onLanguage,
  // Where this page is served from, also behind a proxy that adds a path.
  ledger: new URL('.', document.baseURI).href.replace(/\/$/, ''),
  policyText: settings.policy,
  build: settings.build,
  worker: () => new Worker(new URL('../hashing/worker.ts', import.meta.url), { type: 'module' }),
};

/** What a page does when it is opened, with the rest of the address, and when it is left. */
interface Opened {
  show(rest: readonly string[]): void;
  leave(): void;
}

const STILL: Opened = { show: () => undefined, leave: () => undefined };

const mounting: Partial<Record<Page, () => Promise<Opened>>> = {
  verify: async () => {
    const { mountVerify } = await import('../verify');
    mountVerify(place('verify-flow'), { ...context, language: language() });
    return STILL;
  },
  deposit: async () => {
    const { mountDeposit } = await import('../deposit');
    mountDeposit(place('deposit-flow'), { ...context, language: language() });
    return STILL;
  },
  explore: async () => {
    const { mountExplore } = await import('../explore');
    return mountExplore(place('explore-view'), context, settings.ledger?.vkey ?? null);
  },
};
const mounted: Partial<Record<Page, Promise<Opened>>> = {};
let current: Route | null = null;

function place(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

async function open(route: Route): Promise<void> {
  const before = current;
  current = route;
  for (const section of document.querySelectorAll<HTMLElement>('[data-page]')) {
    section.hidden = section.dataset.page !== route.page;
  }
  for (const link of document.querySelectorAll<HTMLElement>('[data-to]')) {
    if (link.dataset.to === route.page) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  entitle(route.page);
  // After a click, readers with a keyboard or a screen reader go on at the new page's heading.
  if (before) {
    scrollTo(0, 0);
    document.querySelector<HTMLElement>(`[data-page="${route.page}"] h1`)?.focus({ preventScroll: true });
  }
  if (before && before.page !== route.page) (await mounted[before.page])?.leave();
  const mount = mounting[route.page];
  if (!mount) return;
  const opened = await (mounted[route.page] ??= mount());
  if (current === route) opened.show(route.rest);
}

function entitle(page: Page): void {
  const heading = document.querySelector(`[data-page="${page}"] h1 .w[lang="${document.documentElement.lang}"]`);
  document.title = page === 'home' || !heading ? 'Notarium' : `${heading.textContent} · Notarium`;
}

startFrame(settings);
onLanguage(() => current && entitle(current.page));
addEventListener('hashchange', () => void open(parseRoute(location.hash)));
void open(parseRoute(location.hash));
