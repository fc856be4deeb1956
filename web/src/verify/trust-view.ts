// Whom a verification relies on: the policy that is built in, or one's own file.

import {
  MAX_RECEIPT_BYTES,
  NotariumError,
  attempt,
  parseCheckpoint,
  parsePolicy,
  parseReceipt,
  shown,
  type Policy,
  type SignedCheckpoint,
} from '../notarium';
import { fileButton, button, checkField, notice } from '../page/parts';
import type { Pair, Ui } from '../page/ui';
import { VERIFY } from '../words/verify';
import type { Trust } from './engine';

interface Chosen {
  readonly policy: Policy | null;
  /** The file's name; null for the built-in policy. */
  readonly file: string | null;
  /** What is wrong, in both languages. */
  readonly problem: { readonly text: Pair; readonly values: Readonly<Record<string, string>> } | null;
}

/** The checkpoint from before the deposit, or what is wrong with the file that was given for one. */
interface Earlier {
  readonly file: string;
  readonly checkpoint: SignedCheckpoint | NotariumError;
}

export class TrustView {
  readonly element: HTMLElement;
  readonly #builtIn: Chosen;
  #chosen: Chosen;
  #earlier: Earlier | null = null;
  #part: Ui;
  #body: HTMLElement;

  constructor(
    private readonly ui: Ui,
    policyText: string | null,
    private readonly ledger: { ask: boolean } | null,
    private readonly changed: () => void,
  ) {
    this.#builtIn = builtIn(policyText);
    this.#chosen = this.#builtIn;
    this.#part = ui.part();
    this.#body = ui.h('div', {});
    this.element = ui.h('section', { class: 'panel no-print' }, ui.h('h2', {}, ui.words(VERIFY.trust)), this.#body);
    this.#render();
  }

  get trust(): Trust {
    const { policy, file } = this.#chosen;
    const without = this.#earlier?.checkpoint;
    return {
      policy,
      name: policy === null ? null : (file ?? this.ui.say(VERIFY.trustBuiltIn)),
      without: without === undefined || without instanceof NotariumError ? null : without,
    };
  }

  /** A signed checkpoint, or a receipt, which ends with one. */
  async #openEarlier(file: File): Promise<void> {
    const bytes = new Uint8Array(await file.slice(0, MAX_RECEIPT_BYTES + 1).arrayBuffer());
    const receipt = attempt(() => parseReceipt(bytes));
    const checkpoint = receipt instanceof NotariumError ? attempt(() => parseCheckpoint(bytes)) : receipt.checkpoint;
    this.#bound({ file: file.name, checkpoint });
  }

  #bound(earlier: Earlier | null): void {
    this.#earlier = earlier;
    this.#render();
    this.changed();
  }

  #choose(chosen: Chosen): void {
    this.#chosen = chosen;
    this.#render();
    this.changed();
  }

  async #open(file: File): Promise<void> {
    const bytes = new Uint8Array(await file.slice(0, 2 ** 20 + 1).arrayBuffer());
    const policy = attempt(() => parsePolicy(bytes));
    if (policy instanceof NotariumError) {
      const values = { name: file.name, error: policy.message };
      // A file that is no policy takes nobody's place.
      this.#chosen = { ...this.#chosen, problem: { text: VERIFY.policyBad, values } };
      this.#render();
      return;
    }
    this.#choose({ policy, file: file.name, problem: null });
  }

  #render(): void {
    this.ui.drop(this.#part);
    const ui = this.ui.part();
    this.#part = ui;
    const { policy, file, problem } = this.#chosen;
    const parts = [
      ui.h('p', { class: 'panel__hint' }, ui.words(policy === null ? VERIFY.trustNone : file === null ? VERIFY.trustHint : VERIFY.trustHintOwn)),
      policy && ui.h('p', {}, ui.h('strong', {}, file === null ? ui.words(VERIFY.trustBuiltIn) : ui.words(VERIFY.trustOwn, { name: shown(file) }))),
      policy && ui.h('ul', { class: 'report__list' }, ...this.#parties(ui, policy)),
      problem && notice(ui, 'error', ui.words(problem.text, problem.values)),
      ui.h(
        'div',
        { class: 'actions' },
        fileButton(ui, ui.words(VERIFY.ownPolicy), (chosen) => void this.#open(chosen)),
        file !== null && this.#builtIn.policy && button(ui, ui.words(VERIFY.builtInPolicy), () => this.#choose(this.#builtIn), 'quiet'),
      ),
      ...this.#earlierParts(ui),
      this.ledger && this.#askField(ui, this.ledger),
    ];
    this.#body.replaceChildren(...parts.filter((part): part is HTMLElement => part instanceof HTMLElement));
  }

  #earlierParts(ui: Ui): HTMLElement[] {
    const { file, checkpoint } = this.#earlier ?? { file: '', checkpoint: null };
    const said =
      checkpoint instanceof NotariumError
        ? notice(ui, 'error', ui.words(VERIFY.notBeforeBad, { name: shown(file), error: checkpoint.message }))
        : checkpoint && ui.h('p', {}, ui.h('strong', {}, ui.words(VERIFY.notBeforeGiven, { name: shown(file), size: String(checkpoint.head.size) })));
    const choose = ui.h(
      'div',
      { class: 'actions', 'data-choose': 'not-before' },
      fileButton(ui, ui.words(VERIFY.notBefore), (chosen) => void this.#openEarlier(chosen)),
      this.#earlier && button(ui, ui.words(VERIFY.notBeforeDrop), () => this.#bound(null), 'quiet'),
    );
    const hint = ui.h('p', { class: 'panel__hint' }, ui.words(VERIFY.notBeforeHint));
    return [hint, ...(said ? [said] : []), choose];
  }

  #parties(ui: Ui, policy: Policy): HTMLElement[] {
    const item = (text: Pair, { name, id }: { name: string; id: string }): HTMLElement =>
      ui.h('li', {}, ui.words(text, { name: shown(name), id }));
    return [
      ...policy.logs.map(({ key }) => item(VERIFY.logKey, key)),
      ...policy.witnesses.map(({ key }) => item(VERIFY.witnessKey, key)),
      ...(policy.needsWitnesses ? [] : [ui.h('li', {}, ui.words(VERIFY.noWitness))]),
    ];
  }

  #askField(ui: Ui, ledger: { ask: boolean }): HTMLElement {
    const input = ui.h('input', { type: 'checkbox', name: 'ask-ledger' });
    input.checked = ledger.ask;
    input.addEventListener('change', () => {
      ledger.ask = input.checked;
      this.changed();
    });
    return checkField(ui, ui.words(VERIFY.askLedger), input, ui.words(VERIFY.askLedgerHint));
  }
}

function builtIn(policyText: string | null): Chosen {
  if (policyText === null) return { policy: null, file: null, problem: null };
  const policy = attempt(() => parsePolicy(policyText));
  if (!(policy instanceof NotariumError)) return { policy, file: null, problem: null };
  return { policy: null, file: null, problem: { text: VERIFY.builtInBad, values: { error: policy.message } } };
}
