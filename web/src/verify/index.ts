// The verify page: what was put in, whom to rely on, and the reports.

import { Cancelled, createDropZone, createHasher, type FoundFile } from '../hashing';
import { shown, utf8, wordText, type Language } from '../notarium';
import type { Mounted, PageContext } from '../notarium-page';
import { LedgerClient, errorText } from '../page/ledger';
import { button, notice, sizeText } from '../page/parts';
import { Ui, type Pair } from '../page/ui';
import { VERIFY } from '../words/verify';
import { rotationOf, verifyAll, type Verified } from './engine';
import { sortFound, type PutIn } from './put-in';
import { resultsView } from './results-view';
import { TrustView } from './trust-view';

export function mountVerify(root: HTMLElement, context: PageContext): Mounted {
  const page = new VerifyPage(root, context);
  return { unmount: () => page.unmount() };
}

/** More things than this are listed folded. */
const SHOWN = 8;

class VerifyPage {
  readonly #ui: Ui;
  readonly #hasher;
  readonly #ledger: LedgerClient | null;
  readonly #asking: { ask: boolean } | null;
  readonly #trust: TrustView;
  readonly #stopFollowing: () => void;
  readonly #taken: HTMLElement;
  readonly #progress: HTMLElement;
  readonly #results: HTMLElement;
  readonly #announcer: HTMLElement;
  #takenPart: Ui;
  #resultsPart: Ui;
  #items: PutIn[] = [];
  #verified: Verified[] = [];
  #verifiedBy: string | null = null;
  #running: AbortController | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly context: PageContext,
  ) {
    const ui = new Ui(context.language);
    this.#ui = ui;
    this.#hasher = createHasher(context.worker);
    this.#ledger = context.ledger === null ? null : new LedgerClient(context.ledger);
    this.#asking = this.#ledger && { ask: true };
    this.#trust = new TrustView(ui, context.policyText, this.#asking, () => void this.#verify());
    this.#takenPart = ui.part();
    this.#resultsPart = ui.part();
    this.#taken = ui.h('div', { class: 'no-print' });
    this.#progress = ui.h('div', { class: 'no-print' });
    this.#results = ui.h('div', {});
    this.#announcer = ui.h('p', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
    const zone = createDropZone({
      label: ui.words(VERIFY.putIn),
      hint: ui.words(VERIFY.putInHint),
      folders: true,
      language: ui,
      onFiles: (files) => void this.#take(files),
      onError: (error) => this.#fail(VERIFY.unreadable, { error: errorText(error) }),
    });
    const entry = ui.h('section', { class: 'panel no-print', 'aria-label': ui.words(VERIFY.putIn) }, zone.element, this.#taken, this.#progress);
    root.replaceChildren(entry, this.#results, this.#trust.element, this.#announcer);
    this.#stopFollowing = context.onLanguage((language: Language) => {
      ui.language = language;
    });
  }

  unmount(): void {
    this.#running?.abort();
    this.#hasher.close();
    this.#stopFollowing();
    this.#ui.clear();
    this.root.replaceChildren();
  }

  async #take(found: readonly FoundFile[]): Promise<void> {
    try {
      this.#add(await sortFound(found));
    } catch (error) {
      this.#fail(VERIFY.unreadable, { error: errorText(error) });
      return;
    }
    await this.#verify();
    // The verdict may be below what the screen shows, and comes next for readers with a keyboard.
    this.#results.querySelector<HTMLElement>('[data-results]')?.focus();
  }

  /** A thing of the same name and kind takes the place of the one that was there. */
  #add(items: readonly PutIn[]): void {
    const replaced = (old: PutIn): boolean => items.some((item) => item.kind === old.kind && item.key === old.key);
    this.#items = [...this.#items.filter((old) => !replaced(old)), ...items];
    this.#renderTaken();
  }

  #startAgain(): void {
    this.#running?.abort();
    this.#items = [];
    this.#verified = [];
    this.#renderTaken();
    this.#renderResults();
    this.#progress.replaceChildren();
    this.root.querySelector('button')?.focus();
  }

  async #verify(): Promise<void> {
    this.#running?.abort();
    if (this.#items.length === 0) return;
    const running = new AbortController();
    this.#running = running;
    const progress = this.#progressLine(running);
    try {
      const verified = await verifyAll(this.#items, {
        hasher: this.#hasher,
        trust: this.#trust.trust,
        ledger: this.#asking?.ask ? this.#ledger : null,
        software: this.context.build,
        verifiedBy: this.#verifiedBy,
        now: Date.now(),
        signal: running.signal,
        onProgress: progress,
      });
      if (running.signal.aborted) return;
      this.#verified = verified;
      this.#progress.replaceChildren();
      this.#renderResults();
      this.#announce();
    } catch (error) {
      if (this.#running !== running) return;
      if (error instanceof Cancelled) this.#fail(VERIFY.stopped, {});
      else this.#fail(VERIFY.unreadable, { error: errorText(error) });
    }
  }

  #progressLine(running: AbortController): (text: Pair, name: string, done: number, of: number) => void {
    const ui = this.#ui;
    const bar = ui.h('progress', { class: 'files__progress', max: 1 });
    const label = ui.h('span', { class: 'files__name' });
    const stop = button(ui, ui.words(VERIFY.stop), () => running.abort(), 'quiet');
    const line = ui.h('div', { class: 'files__item' }, label, stop, bar);
    return (text, name, done, of) => {
      if (running.signal.aborted) return;
      if (!line.isConnected) this.#progress.replaceChildren(line);
      const said = ui.say(text, { name: shown(name) });
      label.textContent = said;
      bar.setAttribute('aria-label', said);
      bar.value = of === 0 ? 1 : done / of;
    };
  }

  #fail(text: Pair, values: Readonly<Record<string, string>>): void {
    const part = this.#ui.part();
    this.#progress.replaceChildren(notice(part, 'error', part.words(text, values)));
  }

  #renderTaken(): void {
    this.#ui.drop(this.#takenPart);
    const ui = this.#ui.part();
    this.#takenPart = ui;
    if (this.#items.length === 0) {
      this.#taken.replaceChildren();
      return;
    }
    this.#taken.replaceChildren(
      ui.h('h2', {}, ui.words(VERIFY.taken)),
      this.#takenList(ui),
      ui.h('div', { class: 'actions' }, button(ui, ui.words(VERIFY.again), () => this.#startAgain(), 'quiet')),
    );
  }

  /** A long list is folded, so that the result is not far below it. */
  #takenList(ui: Ui): HTMLElement {
    const list = ui.h('ul', { class: 'files' }, ...this.#items.map((item) => takenItem(ui, item)));
    if (this.#items.length <= SHOWN) return list;
    return ui.h('details', {}, ui.h('summary', {}, ui.words(VERIFY.takenMany, { count: this.#items.length })), list);
  }

  #renderResults(): void {
    this.#ui.drop(this.#resultsPart);
    const ui = this.#ui.part();
    this.#resultsPart = ui;
    if (this.#verified.length === 0) {
      this.#results.replaceChildren();
      return;
    }
    const view = resultsView(ui, this.#verified, {
      ledger: this.#ledger,
      witnessed: this.#trust.trust.policy?.needsWitnesses ?? false,
      verifiedBy: this.#verifiedBy,
      onVerifiedBy: (name) => {
        this.#verifiedBy = name;
        void this.#verify();
      },
      onReceipt: (name, text) => {
        const bytes = utf8(text);
        this.#add([{ kind: 'receipt', key: name, file: new File([text], name), bytes }]);
        void this.#verify();
      },
    });
    this.#results.replaceChildren(view);
  }

  /** The verdict is said to screen readers; sighted readers see it. */
  #announce(): void {
    const { language } = this.#ui;
    const said = this.#verified.map(({ name, report }) => {
      return `${name}: ${wordText(report ? report.verdict : 'receipt-not-given', language)}`;
    });
    this.#announcer.textContent = said.slice(0, 5).join('. ');
  }
}

function takenItem(ui: Ui, item: PutIn): HTMLElement {
  const role = {
    file: ui.words(item.key.endsWith('.sha256') ? VERIFY.roleManifest : VERIFY.roleEvidence),
    receipt: ui.words(rotationOf(item) ? VERIFY.roleRotation : VERIFY.roleReceipt),
    folder: ui.words(VERIFY.roleFolder, { count: item.kind === 'folder' ? item.files.length : 0 }),
  }[item.kind];
  const bytes = item.kind === 'folder' ? item.files.reduce((sum, one) => sum + one.file.size, 0) : item.file.size;
  return ui.h(
    'li',
    { class: 'files__item', 'data-state': 'done', 'data-kind': item.kind },
    ui.h('span', { class: 'files__name' }, shown(item.key)),
    ui.h('span', { class: 'files__size' }, ui.h('span', { class: 'tag' }, role), ' ', () => sizeText(bytes, ui.language)),
  );
}
