// Explore: what the ledger holds. Reads only what is public, and computes every proof again before showing it.

import type { PageContext } from '../notarium-page';
import { NotariumError, attempt, parsePolicy } from '../notarium';
import { el } from '../shell/dom';
import { announce } from '../shell/frame';
import { language } from '../shell/language';
import { say } from '../words/explore';
import { Api } from './api';
import { checkpointsView } from './checkpoints';
import { entryView } from './entry';
import { foundByFile, foundByHex } from './found';
import { overview } from './overview';
import type { Scene, View } from './scene';
import { parseQuery } from './search';

export interface Explore {
  /** Shows the view that the rest of the address names: nothing, `entry/7`, `find/<hex>`, `file/...`, `checkpoints`. */
  show(rest: readonly string[]): void;
  /** Stops asking the ledger. */
  leave(): void;
}

export function mountExplore(root: HTMLElement, context: PageContext, vkey: string | null): Explore {
  const api = new Api(context.ledger ?? '');
  const built = context.policyText === null ? null : attempt(() => parsePolicy(context.policyText!));
  const policy = built instanceof NotariumError ? null : built;
  let shown: readonly string[] = [];
  let leave = new AbortController();
  const show = async (rest: readonly string[]) => {
    leave.abort();
    leave = new AbortController();
    const left = leave.signal;
    shown = rest;
    const now = language();
    const scene: Scene = { api, language: now, vkey, policy, worker: context.worker, left };
    root.setAttribute('aria-busy', 'true');
    if (root.childElementCount === 0) root.append(el('p', { class: 'panel__hint' }, `${say(now, 'loading')} …`));
    try {
      const { element, title } = await view(scene, rest);
      if (left.aborted) return;
      root.replaceChildren(element);
      if (title) {
        document.title = `${title} · Notarium`;
        announce(title);
      }
    } catch {
      if (left.aborted) return;
      root.replaceChildren(el('div', { class: 'notice', 'data-kind': 'error', role: 'alert' }, el('p', {}, say(now, 'noAnswer'))));
      setTimeout(() => !left.aborted && void show(rest), 3_000);
    } finally {
      if (!left.aborted) root.removeAttribute('aria-busy');
    }
  };
  context.onLanguage(() => !leave.signal.aborted && void show(shown));
  return { show: (rest) => void show(rest), leave: () => leave.abort() };
}

function view(scene: Scene, rest: readonly string[]): Promise<View> {
  const [name, ...values] = rest;
  if (name === 'checkpoints') return checkpointsView(scene);
  if (name === 'file' && values.length === 3) {
    return foundByFile(scene, { sha256: values[0]!, sm3: values[1]!, length: Number(values[2]) });
  }
  const query = parseQuery(values[0] ?? '');
  if (name === 'entry' && query.kind === 'number') return entryView(scene, query.index);
  if (name === 'find' && query.kind === 'hex') return foundByHex(scene, query.hex);
  return overview(scene);
}
