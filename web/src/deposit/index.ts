// The deposit page: evidence, what goes with it, the key, and the deposits.

import { createHasher } from '../hashing';
import { KeyView } from '../keys';
import { NotariumError, attempt, parsePolicy, shown, type Policy, type SigningKey } from '../notarium';
import type { Mounted, PageContext } from '../notarium-page';
import { LedgerClient, errorText } from '../page/ledger';
import { button, notice } from '../page/parts';
import { Ui, type Pair } from '../page/ui';
import { DEPOSIT } from '../words/deposit';
import { Course, type Means } from './course';
import { policyOf, type Wish } from './engine';
import { EvidenceView, type Lot } from './evidence-view';
import { progressView } from './progress-view';
import { resultView } from './result-view';
import { WishView } from './wish-view';

export function mountDeposit(root: HTMLElement, context: PageContext): Mounted {
  const page = new DepositPage(root, context);
  return { unmount: () => page.unmount() };
}

class DepositPage {
  readonly #ui: Ui;
  readonly #hasher;
  readonly #ledger: LedgerClient;
  readonly #evidence: EvidenceView;
  readonly #wish: WishView;
  readonly #key: KeyView;
  readonly #form: HTMLElement;
  readonly #missing: HTMLElement;
  readonly #outcome: HTMLElement;
  readonly #announcer: HTMLElement;
  readonly #stopFollowing: () => void;
  #part: Ui;
  #courses: Course[] = [];
  #unsaved = new Set<Course>();
  #running: AbortController | null = null;
  #means: Means | null = null;
  #update: (course: Course) => void = () => undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly context: PageContext,
  ) {
    const ui = new Ui(context.language);
    this.#ui = ui;
    this.#part = ui.part();
    this.#hasher = createHasher(context.worker);
    this.#ledger = new LedgerClient(context.ledger ?? '');
    const changed = (): void => this.#missing.replaceChildren();
    this.#missing = ui.h('div', {});
    this.#evidence = new EvidenceView(ui, changed);
    const sends = ui.h('p', { class: 'panel__hint' });
    const saySends = (): void => {
      sends.textContent = ui.say(this.#wish.isSalted ? DEPOSIT.sendsSalted : DEPOSIT.sends);
    };
    this.#wish = new WishView(ui, saySends);
    ui.follow(saySends);
    this.#key = new KeyView(ui, changed);
    const go = ui.h(
      'section',
      { class: 'panel', 'aria-label': ui.words(DEPOSIT.deposit) },
      sends,
      this.#missing,
      ui.h('div', { class: 'actions' }, button(ui, ui.words(DEPOSIT.deposit), () => void this.#deposit(), 'primary')),
    );
    this.#form = ui.h('div', {}, this.#evidence.element, this.#wish.element, this.#key.element, go);
    this.#outcome = ui.h('div', { tabindex: -1 });
    this.#announcer = ui.h('p', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
    root.replaceChildren(this.#form, this.#outcome, this.#announcer);
    this.#stopFollowing = context.onLanguage((language) => {
      ui.language = language;
    });
    addEventListener('beforeunload', this.#holdBack);
    void this.#sayAdmission();
  }

  unmount(): void {
    removeEventListener('beforeunload', this.#holdBack);
    this.#running?.abort();
    this.#hasher.close();
    this.#stopFollowing();
    this.#ui.clear();
    this.root.replaceChildren();
  }

  /** Asks before the page is left while a receipt is not saved, or a deposit is under way or of unknown outcome. */
  readonly #holdBack = (event: BeforeUnloadEvent): void => {
    const open = this.#unsaved.size > 0 || this.#courses.some((course) => course.outcomeUnknown || course.state === 'sending');
    if (open) event.preventDefault();
  };

  /** What is still missing, said beside the button; null when nothing is. */
  #ready(): { lots: Lot[]; key: SigningKey; wish: Wish } | null {
    const lots = this.#evidence.lots;
    const { key } = this.#key;
    const missing: Pair | null = lots.length === 0 ? DEPOSIT.needEvidence : key === null ? DEPOSIT.needKey : this.#key.isSettled ? null : DEPOSIT.needCopy;
    if (missing !== null) this.#say(missing);
    if (missing !== null || key === null || this.#evidence.refused.length > 0) return null;
    const wish = this.#wish.read();
    return wish && { lots, key, wish };
  }

  /** A ledger that takes enrolled keys only says so before anybody makes a key. */
  async #sayAdmission(): Promise<void> {
    const info = await this.#ledger.info().catch(() => null);
    if (info?.admission === 'enrolled') this.#key.element.append(notice(this.#ui, 'warning', this.#ui.words(DEPOSIT.enrolledOnly)));
  }

  #say(text: Pair, values: Readonly<Record<string, string>> = {}): void {
    const part = this.#ui.part();
    this.#missing.replaceChildren(notice(part, 'error', part.words(text, values)));
  }

  async #deposit(): Promise<void> {
    this.#missing.replaceChildren();
    const ready = this.#ready();
    if (!ready) return;
    let policy: Policy;
    try {
      policy = await this.#policy();
    } catch (error) {
      this.#say(DEPOSIT.failure, { name: ready.lots.map(({ name }) => shown(name)).join(', '), error: errorText(error) });
      return;
    }
    const means: Means = { hasher: this.#hasher, ledger: this.#ledger, policy, key: ready.key, wish: ready.wish, signal: null };
    this.#means = means;
    this.#courses = ready.lots.map((lot) => new Course(lot, means, (course) => this.#update(course)));
    await this.#run();
  }

  /** Whom to believe about the answer: the built-in policy, or else the ledger's own word for its key. */
  async #policy(): Promise<Policy> {
    const { vkey } = await this.#ledger.info();
    const built = this.context.policyText === null ? null : attempt(() => parsePolicy(this.context.policyText!));
    return built === null || built instanceof NotariumError ? policyOf(vkey) : built;
  }

  /** Runs what is not deposited yet, one after another; what was signed before is sent again as it is. */
  async #run(): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    if (this.#means) this.#means.signal = running.signal;
    this.#form.hidden = true;
    this.#showProgress(running);
    for (const course of this.#courses) {
      if (course.deposited) continue;
      await course.run();
      if (course.deposited) this.#unsaved.add(course);
    }
    this.#showResult();
  }

  #fresh(): Ui {
    this.#ui.drop(this.#part);
    this.#part = this.#ui.part();
    return this.#part;
  }

  #showProgress(running: AbortController): void {
    const ui = this.#fresh();
    const { element, update } = progressView(ui, this.#courses);
    const stop = button(ui, ui.words(DEPOSIT.stop), () => running.abort());
    this.#outcome.replaceChildren(ui.h('section', { class: 'panel' }, ui.h('h2', {}, ui.words(DEPOSIT.deposit)), element, ui.h('div', { class: 'actions' }, stop)));
    this.#outcome.focus();
    this.#update = update;
  }

  #showResult(): void {
    const ui = this.#fresh();
    const view = resultView(ui, this.#courses, {
      salted: this.#wish.isSalted,
      software: this.context.build,
      onRefreshed: () => this.#showResult(),
      onSaved: (courses) => courses.forEach((course) => this.#unsaved.delete(course)),
      onRetry: () => void this.#run(),
      onNext: () => this.#next(),
    });
    // Where nothing was deposited, the form is there to be mended.
    this.#form.hidden = this.#courses.some((course) => course.deposited !== null || course.outcomeUnknown);
    this.#outcome.replaceChildren(view);
    this.#outcome.focus();
    const said = this.#courses.map((course) => {
      const number = course.deposited ? ` ${course.deposited.submitted.entry.index}` : '';
      return `${course.lot.name}: ${ui.say(course.deposited ? DEPOSIT.done : DEPOSIT.failed)}${number}`;
    });
    this.#announcer.textContent = said.slice(0, 5).join('. ');
  }

  #next(): void {
    if (this.#unsaved.size > 0 && !confirm(this.#ui.say(DEPOSIT.leave))) return;
    this.#unsaved.clear();
    this.#courses = [];
    this.#evidence.clear();
    this.#outcome.replaceChildren();
    this.#form.hidden = false;
    this.root.querySelector('button')?.focus();
  }
}
