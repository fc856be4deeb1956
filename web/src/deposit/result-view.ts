// What a deposit gave: entry number, time, earlier deposits, the files to save, and what to keep.

import { formatTime, parseTime, shown, utf8 } from '../notarium';
import { errorText } from '../page/ledger';
import { button, download, localTime, notice } from '../page/parts';
import type { Child, Ui } from '../page/ui';
import { zip } from '../page/zip';
import { DEPOSIT } from '../words/deposit';
import type { Course, Deposited } from './course';

export interface ResultOptions {
  readonly salted: boolean;
  /** Which build this is. */
  readonly software: string;
  /** Something was saved. */
  readonly onSaved: (courses: readonly Course[]) => void;
  /** A receipt has become better. */
  readonly onRefreshed: () => void;
  readonly onRetry: () => void;
  readonly onNext: () => void;
}

export function resultView(ui: Ui, courses: readonly Course[], options: ResultOptions): HTMLElement {
  const done = courses.filter((course) => course.deposited !== null);
  const failed = courses.filter((course) => course.state === 'failed');
  const parts: Child[] = [
    ...failed.map((course) => failure(ui, course)),
    failed.length > 0 &&
      ui.h('div', { class: 'actions' }, button(ui, ui.words(DEPOSIT.retry), options.onRetry, 'primary'), ui.h('span', { class: 'panel__hint' }, ui.words(DEPOSIT.retryHint))),
    done.length > 1 && saveAll(ui, done, options),
    ...done.map((course) => result(ui, course, course.deposited!, options)),
    done.length > 0 && ui.h('div', { class: 'actions' }, button(ui, ui.words(DEPOSIT.next), options.onNext, 'quiet')),
  ];
  return ui.h('div', {}, ...parts);
}

function failure(ui: Ui, course: Course): HTMLElement {
  const values = { name: shown(course.lot.name), error: errorText(course.error) };
  return notice(ui, 'error', ui.words(course.outcomeUnknown ? DEPOSIT.unknownOutcome : DEPOSIT.failure, values));
}

function saveAll(ui: Ui, done: readonly Course[], { onSaved }: ResultOptions): HTMLElement {
  const save = (): void => {
    const taken = new Set<string>();
    const files = done.flatMap((course) => {
      const { receipt, manifest } = course.deposited!;
      const named = [{ name: fresh(course.receiptName, taken), bytes: utf8(receipt) }];
      return manifest ? [...named, { name: fresh(course.evidenceName, taken), bytes: manifest }] : named;
    });
    download('receipts.zip', zip(files), 'application/zip');
    onSaved(done);
  };
  return ui.h('div', { class: 'actions' }, button(ui, ui.words(DEPOSIT.saveAll), save, 'primary'));
}

/** A name that no file in the archive has yet. */
function fresh(name: string, taken: Set<string>): string {
  let found = name;
  for (let count = 2; taken.has(found); count += 1) found = `${count}-${name}`;
  taken.add(found);
  return found;
}

function result(ui: Ui, course: Course, deposited: Deposited, options: ResultOptions): HTMLElement {
  const { submitted, problem } = deposited;
  const millis = parseTime(submitted.entry.time);
  const time = millis === null ? submitted.entry.time : `${formatTime(millis)} (${localTime(millis)})`;
  return ui.h(
    'section',
    { class: 'panel result' },
    ui.h('h2', {}, ui.words(DEPOSIT.result), ': ', shown(course.lot.name)),
    ui.h('p', { class: 'result__number' }, ui.h('span', { class: 'visually-hidden' }, ui.words(DEPOSIT.entryNumber), ' '), String(submitted.entry.index)),
    ui.h('p', { class: 'panel__hint', 'aria-hidden': 'true' }, ui.words(DEPOSIT.entryNumber)),
    ui.h(
      'dl',
      { class: 'facts' },
      ui.h('dt', {}, ui.words(DEPOSIT.admitted)),
      ui.h('dd', {}, time),
      ui.h('dd', { class: 'facts__clock' }, ui.words(DEPOSIT.clock)),
    ),
    earlier(ui, deposited),
    problem === null
      ? ui.h('p', {}, ui.words(DEPOSIT.checked))
      : notice(ui, 'error', ui.words(DEPOSIT.badReceipt, { name: shown(course.lot.name), error: problem })),
    problem === null && !deposited.witnessed && witnessesLacking(ui, course, options),
    saveActions(ui, course, deposited, options),
    problem === null && ui.h('p', { class: 'panel__hint' }, ui.words(DEPOSIT.certificateIs)),
    ui.h('h3', {}, ui.words(DEPOSIT.keepTitle)),
    keepList(ui, course, options.salted),
  );
}

function earlier(ui: Ui, { submitted }: Deposited): HTMLElement {
  const { count, first } = submitted.earlier;
  if (count === 0 || !first) return ui.h('p', {}, ui.words(DEPOSIT.earlierNone));
  const millis = parseTime(first.time);
  const time = millis === null ? first.time : localTime(millis);
  return notice(ui, 'info', ui.words(DEPOSIT.earlierSome, { count, index: first.index, time }));
}

/** The witnesses that the policy asks for have not cosigned yet: what that means, and how to get the better receipt. */
function witnessesLacking(ui: Ui, course: Course, { onRefreshed }: ResultOptions): HTMLElement {
  const said = ui.h('p', { role: 'status' });
  const ask = async (): Promise<void> => {
    try {
      await course.refresh();
      if (course.deposited!.witnessed) onRefreshed();
      else said.textContent = ui.say(DEPOSIT.witnessesStillLacking);
    } catch (error) {
      said.textContent = errorText(error);
    }
  };
  const again = button(ui, ui.words(DEPOSIT.witnessesAsk), () => void ask());
  return notice(ui, 'warning', ui.words(DEPOSIT.witnessesLacking), ui.h('div', { class: 'actions' }, again), said);
}

function saveActions(ui: Ui, course: Course, { receipt, manifest, problem }: Deposited, options: ResultOptions): HTMLElement {
  const { onSaved, software } = options;
  const failed = ui.h('p', { class: 'field__error', role: 'alert' });
  const saveCertificate = async (): Promise<void> => {
    failed.textContent = '';
    try {
      const html = await course.certificate({ software, policy: ui.say(DEPOSIT.policyName), language: ui.language });
      download(`${course.evidenceName.split('/').pop()}.certificate.html`, html, 'text/html;charset=utf-8');
    } catch (error) {
      failed.textContent = errorText(error);
    }
  };
  const saveReceipt = (): void => {
    download(course.receiptName, receipt, 'text/plain;charset=utf-8');
    onSaved([course]);
  };
  return ui.h(
    'div',
    { class: 'actions' },
    button(ui, ui.words(DEPOSIT.saveReceipt), saveReceipt, 'primary'),
    manifest && button(ui, ui.words(DEPOSIT.saveManifest), () => download(course.evidenceName, manifest, 'text/plain;charset=utf-8')),
    problem === null && button(ui, ui.words(DEPOSIT.saveCertificate), () => void saveCertificate()),
    failed,
  );
}

function keepList(ui: Ui, course: Course, salted: boolean): HTMLElement {
  const item = (text: () => string): HTMLElement => ui.h('li', {}, text);
  const name = shown(course.lot.name);
  return ui.h(
    'ul',
    { class: 'keep' },
    item(ui.words(course.lot.kind === 'package' ? DEPOSIT.keepFolder : DEPOSIT.keepEvidence, { name })),
    course.lot.kind === 'package' && item(ui.words(DEPOSIT.keepManifest, { name: shown(course.evidenceName) })),
    item(ui.words(DEPOSIT.keepReceipt, { name: shown(course.receiptName) })),
    salted && item(ui.words(DEPOSIT.keepSalted)),
    item(ui.words(DEPOSIT.keepKey)),
  );
}
