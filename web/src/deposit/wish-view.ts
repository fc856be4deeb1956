// What goes with a deposit: title and details for the receipt, salting, an earlier deposit that it follows.

import { MAX_RECEIPT_BYTES, NotariumError, shown } from '../notarium';
import { button, checkField, field, fileButton, notice } from '../page/parts';
import { type Pair, type Ui } from '../page/ui';
import { DEPOSIT } from '../words/deposit';
import { composeDetails, shortId, statementOf, type Wish } from './engine';

type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export class WishView {
  readonly element: HTMLElement;
  #inputs = new Map<string, Input>();
  #salted: HTMLInputElement;
  #continues: { id: Uint8Array; index: number } | null = null;
  #part: Ui;
  #following: HTMLElement;
  #problem: HTMLElement;

  constructor(
    private readonly ui: Ui,
    private readonly changed: () => void,
  ) {
    this.#part = ui.part();
    this.#salted = ui.h('input', { type: 'checkbox', name: 'salted' });
    this.#salted.addEventListener('change', () => this.changed());
    this.#following = ui.h('div', { 'aria-live': 'polite' });
    this.#problem = ui.h('div', {});
    this.element = ui.h(
      'section',
      { class: 'panel' },
      ui.h('h2', {}, ui.words(DEPOSIT.with)),
      ui.h('p', { class: 'panel__hint' }, ui.words(DEPOSIT.withHint)),
      this.#field('title', DEPOSIT.title, ui.h('input', { type: 'text', name: 'title', maxlength: 1000 }), DEPOSIT.titleHint),
      ui.h('details', {}, ui.h('summary', {}, ui.words(DEPOSIT.more)), ...this.#details()),
      this.#problem,
      checkField(ui, ui.words(DEPOSIT.salted), this.#salted, ui.words(DEPOSIT.saltedHint)),
      ui.h('h3', {}, ui.words(DEPOSIT.continues)),
      ui.h('p', { class: 'panel__hint' }, ui.words(DEPOSIT.continuesHint)),
      this.#following,
    );
    this.#renderFollowing(null);
  }

  get isSalted(): boolean {
    return this.#salted.checked;
  }

  /** What is wished for; null when the details cannot be used, which is shown then. */
  read(): Wish | null {
    const part = this.#part;
    this.#problem.replaceChildren();
    try {
      const form = Object.fromEntries([...this.#inputs].map(([name, input]) => [name, valueOf(input)]));
      const details = composeDetails(form);
      return { details, salted: this.isSalted, continues: this.#continues?.id ?? null, claimedTime: this.#claimedTime() };
    } catch (error) {
      if (!(error instanceof NotariumError)) throw error;
      this.#problem.replaceChildren(notice(part, 'error', part.words(DEPOSIT.detailsBad, { error: error.message })));
      return null;
    }
  }

  #claimedTime(): number {
    const value = this.#inputs.get('captured.at')?.value ?? '';
    const millis = value === '' ? 0 : new Date(value).getTime();
    return Number.isFinite(millis) && millis > 0 ? millis : 0;
  }

  #details(): HTMLElement[] {
    const { ui } = this;
    const text = (name: string, label: Pair): HTMLElement =>
      this.#field(name, label, ui.h('input', { type: 'text', name, maxlength: 1000 }));
    return [
      this.#field('kind', DEPOSIT.kind, this.#select(DEPOSIT.kinds)),
      this.#field('purpose', DEPOSIT.purpose, this.#select(DEPOSIT.purposes)),
      text('author', DEPOSIT.author),
      text('case', DEPOSIT.case),
      text('source', DEPOSIT.source),
      this.#field('captured.at', DEPOSIT.capturedAt, ui.h('input', { type: 'datetime-local', name: 'captured.at' }), DEPOSIT.capturedAtHint),
      text('captured.tool', DEPOSIT.capturedTool),
      text('captured.url', DEPOSIT.capturedUrl),
      text('storage', DEPOSIT.storage),
      this.#field('note', DEPOSIT.note, ui.h('textarea', { name: 'note', maxlength: 8000 })),
    ];
  }

  #field(name: string, label: Pair, input: Input, hint?: Pair): HTMLElement {
    this.#inputs.set(name, input);
    return field(this.ui, this.ui.words(label), input, hint && this.ui.words(hint)).element;
  }

  /** A choice of terms; what is committed to is the term in the language of the moment. */
  #select(terms: Pair): HTMLSelectElement {
    const { ui } = this;
    const count = terms[0].split(';').length;
    const term = (at: number) => (): string => ui.say(terms).split(';')[at] ?? '';
    return ui.h(
      'select',
      {},
      ui.h('option', { value: '' }, ui.words(DEPOSIT.kindNone)),
      ...Array.from({ length: count }, (_, at) => ui.h('option', { 'data-term': 'true' }, term(at))),
    );
  }

  async #follow(file: File): Promise<void> {
    try {
      if (file.size > MAX_RECEIPT_BYTES) throw new NotariumError('receipt-too-long', `${file.size} bytes`);
      this.#continues = statementOf(new Uint8Array(await file.arrayBuffer()));
      this.#renderFollowing(null);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#renderFollowing({ name: shown(file.name), error: why });
    }
  }

  #renderFollowing(problem: { name: string; error: string } | null): void {
    this.ui.drop(this.#part);
    const ui = this.ui.part();
    this.#part = ui;
    const followed = this.#continues;
    this.#following.replaceChildren();
    ui.append(
      this.#following,
      problem && notice(ui, 'error', ui.words(DEPOSIT.continuesBad, problem)),
      followed && ui.h('p', {}, ui.words(DEPOSIT.continuesIs, { index: followed.index, id: shortId(followed.id) })),
      ui.h(
        'div',
        { class: 'actions' },
        fileButton(ui, ui.words(DEPOSIT.continuesOpen), (file) => void this.#follow(file)),
        followed !== null &&
          button(ui, ui.words(DEPOSIT.clear), () => {
            this.#continues = null;
            this.#renderFollowing(null);
          }, 'quiet'),
      ),
    );
  }
}

function valueOf(input: Input): string {
  if (input instanceof HTMLSelectElement) {
    const option = input.selectedOptions[0];
    return option?.dataset['term'] === 'true' ? (option.textContent ?? '') : '';
  }
  if (input.type !== 'datetime-local') return input.value;
  // Local time as typed says nothing without its zone; RFC 3339 in UTC does.
  const time = input.value === '' ? NaN : new Date(input.value).getTime();
  return Number.isFinite(time) ? new Date(time).toISOString() : '';
}
