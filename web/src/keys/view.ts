// The key to sign with: made here, opened from a file, or unlocked from this browser; a copy is offered before it is used.

import {
  NotariumError,
  SigningKey,
  decodeKeyFile,
  encodeHex,
  encodeKeyFile,
  isKeyFileEncrypted,
  shown,
  attempt,
  utf8,
} from '../notarium';
import { button, checkField, download, field, fileButton, notice } from '../page/parts';
import type { Child, Pair, Ui } from '../page/ui';
import { DEPOSIT } from '../words/deposit';
import { forgetKey, keepKey, keptKey } from './kept';
import { pbkdf2InSubtle, randomBytes } from './subtle';

const LEAST_PASSPHRASE = 8;

type State =
  | { readonly is: 'none'; readonly problem: Said | null }
  | { readonly is: 'locked'; readonly name: string; readonly file: Uint8Array }
  | { readonly is: 'open'; readonly key: SigningKey; readonly fresh: boolean };

interface Said {
  readonly text: Pair;
  readonly values: Readonly<Record<string, string>>;
}

export class KeyView {
  readonly element: HTMLElement;
  #state: State = { is: 'none', problem: null };
  /** Whether a fresh key has been saved, kept, or knowingly not. */
  #settled = false;
  #part: Ui;
  #body: HTMLElement;

  constructor(
    private readonly ui: Ui,
    private readonly changed: () => void,
  ) {
    this.#part = ui.part();
    this.#body = ui.h('div', {});
    this.element = ui.h(
      'section',
      { class: 'panel' },
      ui.h('h2', {}, ui.words(DEPOSIT.key)),
      ui.h('p', { class: 'panel__hint' }, ui.words(DEPOSIT.keyHint)),
      this.#body,
    );
    this.#render();
  }

  get key(): SigningKey | null {
    return this.#state.is === 'open' ? this.#state.key : null;
  }

  /** Whether the key may be used: one that was made here only when its holder has dealt with a copy. */
  get isSettled(): boolean {
    return this.#state.is === 'open' && (!this.#state.fresh || this.#settled);
  }

  #go(state: State): void {
    this.#state = state;
    this.#settled = false;
    this.#render();
    this.changed();
    // What was pressed is gone; the next thing to do takes the focus.
    this.#body.querySelector<HTMLElement>('input:not([type="file"]), button')?.focus();
  }

  #settle(settled: boolean): void {
    this.#settled = settled;
    this.changed();
  }

  #render(): void {
    this.ui.drop(this.#part);
    const ui = this.ui.part();
    this.#part = ui;
    const { is } = this.#state;
    const parts = is === 'none' ? this.#none(ui) : is === 'locked' ? this.#locked(ui) : this.#opened(ui);
    this.#body.replaceChildren();
    ui.append(this.#body, ...parts);
  }

  #none(ui: Ui): Child[] {
    const problem = this.#state.is === 'none' ? this.#state.problem : null;
    const kept = keptKey();
    return [
      problem && notice(ui, 'error', ui.words(problem.text, problem.values)),
      kept && this.#kept(ui, kept),
      ui.h(
        'div',
        { class: 'actions' },
        button(ui, ui.words(DEPOSIT.keyMake), () => this.#make(), kept ? 'secondary' : 'primary'),
        fileButton(ui, ui.words(DEPOSIT.keyOpen), (file) => void this.#openFile(file)),
      ),
    ];
  }

  #kept(ui: Ui, { publicKey, pem }: { publicKey: string; pem: string }): HTMLElement {
    return ui.h(
      'div',
      {},
      ui.h('p', {}, ui.words(DEPOSIT.keyKept), ' ', ui.h('code', { class: 'digest' }, publicKey)),
      this.#unlockForm(ui, ui.words(DEPOSIT.passphrase), ui.words(DEPOSIT.keyUnlock), utf8(pem)),
      ui.h(
        'div',
        { class: 'actions' },
        button(ui, ui.words(DEPOSIT.keyForget), () => {
          if (!confirm(ui.say(DEPOSIT.keyForgetSure))) return;
          forgetKey();
          this.#go({ is: 'none', problem: null });
        }, 'quiet'),
      ),
    );
  }

  #locked(ui: Ui): Child[] {
    if (this.#state.is !== 'locked') return [];
    const { name, file } = this.#state;
    return [
      this.#unlockForm(ui, ui.words(DEPOSIT.passphraseOf, { name: shown(name) }), ui.words(DEPOSIT.open), file),
      this.#another(ui),
    ];
  }

  #unlockForm(ui: Ui, label: () => string, action: () => string, file: Uint8Array): HTMLElement {
    const input = ui.h('input', { type: 'password', name: 'passphrase', autocomplete: 'current-password' });
    const passphrase = field(ui, label, input);
    const submit = ui.h('button', { type: 'submit', class: 'button', 'data-kind': 'primary' }, action);
    const state = ui.h('p', { class: 'panel__hint', role: 'status' });
    const unlock = async (): Promise<void> => {
      submit.disabled = true;
      passphrase.fail(null);
      state.textContent = ui.say(DEPOSIT.working);
      try {
        const key = await decodeKeyFile(file, input.value, pbkdf2InSubtle());
        this.#go({ is: 'open', key, fresh: false });
      } catch {
        passphrase.fail(DEPOSIT.passphraseWrong);
        input.focus();
      } finally {
        submit.disabled = false;
        state.textContent = '';
      }
    };
    const onsubmit = (event: Event): void => {
      event.preventDefault();
      void unlock();
    };
    return ui.h('form', { onsubmit }, passphrase.element, ui.h('div', { class: 'actions' }, submit), state);
  }

  #opened(ui: Ui): Child[] {
    if (this.#state.is !== 'open') return [];
    const { key, fresh } = this.#state;
    return [
      ui.h('p', {}, ui.words(DEPOSIT.keyIs), ' ', ui.h('code', { class: 'digest' }, encodeHex(key.publicKey))),
      ui.h('p', { class: 'panel__hint' }, ui.words(DEPOSIT.keyPublicHint)),
      fresh && this.#saveForm(ui, key),
      this.#another(ui),
    ];
  }

  #another(ui: Ui): HTMLElement {
    return ui.h(
      'div',
      { class: 'actions' },
      button(ui, ui.words(DEPOSIT.keyOther), () => this.#go({ is: 'none', problem: null }), 'quiet'),
    );
  }

  #saveForm(ui: Ui, key: SigningKey): HTMLElement {
    const password = (name: string): HTMLInputElement =>
      ui.h('input', { type: 'password', name, autocomplete: 'new-password' });
    const first = field(ui, ui.words(DEPOSIT.passphrase), password('new-passphrase'), ui.words(DEPOSIT.passphraseHint));
    const second = field(ui, ui.words(DEPOSIT.passphraseAgain), password('new-passphrase-again'));
    const keep = ui.h('input', { type: 'checkbox', name: 'keep' });
    const without = ui.h('input', { type: 'checkbox', name: 'without-copy' });
    const submit = ui.h('button', { type: 'submit', class: 'button', 'data-kind': 'primary' }, ui.words(DEPOSIT.keySaveFile));
    const state = ui.h('div', { role: 'status' });
    without.addEventListener('change', () => this.#settle(without.checked));
    const save = async (): Promise<void> => {
      first.fail(null);
      second.fail(null);
      const passphrase = first.input.value;
      if (passphrase === '' && keep.checked) return refuse(first, DEPOSIT.keyKeepNeeds);
      if (passphrase !== '' && [...passphrase].length < LEAST_PASSPHRASE) return refuse(first, DEPOSIT.passphraseShort);
      if (passphrase !== second.input.value) return refuse(second, DEPOSIT.passphraseDiffers);
      submit.disabled = true;
      state.textContent = ui.say(DEPOSIT.working);
      const said = await saveKey(key, passphrase, keep.checked);
      submit.disabled = false;
      state.replaceChildren(notice(ui, 'good', ...said.map((one) => ui.words(one.text, one.values))));
      this.#settle(true);
    };
    const onsubmit = (event: Event): void => {
      event.preventDefault();
      void save();
    };
    return ui.h(
      'form',
      { onsubmit },
      ui.h('h3', {}, ui.words(DEPOSIT.keySave)),
      ui.h('p', { class: 'panel__hint' }, ui.words(DEPOSIT.keySaveHint)),
      first.element,
      second.element,
      checkField(ui, ui.words(DEPOSIT.keyKeepHere), keep, ui.words(DEPOSIT.keyKeepHint)),
      ui.h('div', { class: 'actions' }, submit),
      state,
      checkField(ui, ui.words(DEPOSIT.keyUnsaved), without),
    );
  }

  #make(): void {
    this.#go({ is: 'open', key: new SigningKey(randomBytes(32)), fresh: true });
  }

  async #openFile(file: File): Promise<void> {
    const bad = (error: unknown): void => {
      const values = { name: shown(file.name), error: error instanceof Error ? error.message : String(error) };
      this.#go({ is: 'none', problem: { text: DEPOSIT.keyBad, values } });
    };
    const bytes = new Uint8Array(await file.slice(0, 2 ** 16).arrayBuffer());
    const encrypted = attempt(() => isKeyFileEncrypted(bytes));
    if (encrypted instanceof NotariumError) return bad(encrypted);
    if (encrypted) return this.#go({ is: 'locked', name: file.name, file: bytes });
    try {
      this.#go({ is: 'open', key: await decodeKeyFile(bytes), fresh: false });
    } catch (error) {
      bad(error);
    }
  }
}

function refuse(where: { fail(problem: Pair): void; input: HTMLElement }, problem: Pair): void {
  where.fail(problem);
  where.input.focus();
}

/** Saves a key as a file, and keeps it here where that was asked; says what was done. */
async function saveKey(key: SigningKey, passphrase: string, keep: boolean): Promise<Said[]> {
  const publicKey = encodeHex(key.publicKey);
  const protection = passphrase === '' ? null : { passphrase, random: randomBytes(32), pbkdf2: pbkdf2InSubtle() };
  const pem = await encodeKeyFile(key, protection);
  const name = `notarium-${publicKey.slice(0, 8)}.key.pem`;
  download(name, pem, 'application/x-pem-file');
  const saved: Said = { text: DEPOSIT.keySaved, values: { name } };
  if (!keep) return [saved];
  return [saved, { text: keepKey({ publicKey, pem }) ? DEPOSIT.keyKeptNow : DEPOSIT.keyNotKept, values: {} }];
}
