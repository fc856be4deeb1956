// The parts that both flows are made of: buttons, fields, notices, progress.

import type { Language } from '../notarium';
import { freshId, type Child, type Pair, type Text, type Ui } from './ui';

type Kind = 'primary' | 'secondary' | 'quiet';

export function button(ui: Ui, label: Text, press: () => void, kind: Kind = 'secondary'): HTMLButtonElement {
  return ui.h('button', { type: 'button', class: 'button', 'data-kind': kind, onclick: () => press() }, label);
}

export function notice(ui: Ui, kind: 'info' | 'warning' | 'error' | 'good', ...children: Child[]): HTMLDivElement {
  const role = kind === 'error' ? 'alert' : 'status';
  return ui.h('div', { class: 'notice', 'data-kind': kind, role }, ...children.map((child) => paragraph(ui, child)));
}

function paragraph(ui: Ui, child: Child): Child {
  return typeof child === 'string' || typeof child === 'function' ? ui.h('p', {}, child) : child;
}

export interface Field<I extends HTMLElement> {
  readonly element: HTMLDivElement;
  readonly input: I;
  /** Shows what is wrong, or nothing. */
  fail(problem: Pair | null): void;
}

/** A labelled input with a hint and a place for what is wrong with it. */
export function field<I extends HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(
  ui: Ui,
  label: Text,
  input: I,
  hint?: Text,
): Field<I> {
  input.id ||= freshId('field');
  const [hintId, errorId] = [`${input.id}-hint`, `${input.id}-error`];
  let problem: Pair | null = null;
  const error = ui.h('p', { class: 'field__error', id: errorId, role: 'alert' }, () => (problem ? ui.say(problem) : ''));
  input.setAttribute('aria-describedby', hint === undefined ? errorId : `${hintId} ${errorId}`);
  const element = ui.h(
    'div',
    { class: 'field' },
    ui.h('label', { for: input.id }, label),
    input,
    hint !== undefined && ui.h('p', { class: 'field__hint', id: hintId }, hint),
    error,
  );
  return {
    element,
    input,
    fail(found) {
      problem = found;
      error.textContent = found ? ui.say(found) : '';
      if (found) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    },
  };
}

/** A checkbox or radio with its label after it. */
export function checkField(ui: Ui, label: Text, input: HTMLInputElement, hint?: Text): HTMLDivElement {
  input.id ||= freshId('check');
  const hintId = `${input.id}-hint`;
  if (hint !== undefined) input.setAttribute('aria-describedby', hintId);
  return ui.h(
    'div',
    { class: 'field field--check' },
    input,
    ui.h('label', { for: input.id }, label),
    hint !== undefined && ui.h('p', { class: 'field__hint', id: hintId }, hint),
  );
}

/** A button that opens the file chooser. */
export function fileButton(ui: Ui, label: Text, chosen: (file: File) => void, accept = ''): HTMLElement {
  const input = ui.h('input', { type: 'file', class: 'visually-hidden', tabindex: -1, 'aria-hidden': 'true' });
  if (accept !== '') input.accept = accept;
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    // So that the same file can be chosen again.
    const take = file;
    input.value = '';
    if (take) chosen(take);
  });
  return ui.h('span', {}, button(ui, label, () => input.click()), input);
}

/** Starts a download of bytes that the page has made. */
export function download(name: string, bytes: Uint8Array | string, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A document is in both languages, as the command line's `--lang both` makes it; the reader's own comes first. */
export function documentLanguages(language: Language): readonly Language[] {
  return language === 'zh' ? ['zh', 'en'] : ['en', 'zh'];
}

/** Bytes as people read sizes, with the exact number for small ones. */
export function sizeText(bytes: number, language: 'en' | 'zh'): string {
  if (bytes < 1000) return language === 'en' ? `${bytes} bytes` : `${bytes} 字节`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[power - 1]}`;
}

/** A time in this computer's zone with its offset, as the command line shows it: `2026-11-23 16:50:00.123 +08:00`. */
export function localTime(millis: number): string {
  const date = new Date(millis);
  const offset = -date.getTimezoneOffset();
  const two = (value: number): string => String(Math.floor(Math.abs(value))).padStart(2, '0');
  const shifted = new Date(millis + offset * 60_000).toISOString();
  const zone = `${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 23)} ${zone}`;
}
