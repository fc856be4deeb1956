// What every view of Explore is made with: the ledger, the words, and how numbers, times and keys are written.

import { shown, type Policy } from '../notarium';
import { el } from '../shell/dom';
import type { Language } from '../shell/language';
import { say, type Places, type Word } from '../words/explore';
import type { Api, Entry } from './api';

export interface Scene {
  readonly api: Api;
  readonly language: Language;
  /** The verifier key of this ledger, or null. */
  readonly vkey: string | null;
  /** The built-in policy, or null. */
  readonly policy: Policy | null;
  readonly worker: (() => Worker) | undefined;
  /** Ends when the view is left. */
  readonly left: AbortSignal;
}

/** A view: what is shown, and how the page is titled. */
export interface View {
  readonly element: HTMLElement;
  readonly title: string | null;
}

export function words(scene: Scene): (word: Word, places?: Places) => string {
  return (word, places) => say(scene.language, word, places);
}

const LOCALES: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' };

export function count(scene: Scene, number: number): string {
  return new Intl.NumberFormat(LOCALES[scene.language]).format(number);
}

/** A time as the reader's clock would show it; the exact one stands in `datetime` and in the title. */
export function moment(scene: Scene, iso: string, style: 'long' | 'medium' = 'medium'): HTMLTimeElement {
  const format = new Intl.DateTimeFormat(LOCALES[scene.language], { dateStyle: style, timeStyle: style });
  return el('time', { datetime: iso, title: iso }, format.format(new Date(iso)));
}

export function day(scene: Scene, time: Date, withTime: boolean): string {
  const style = withTime ? { dateStyle: 'short', timeStyle: 'short' } as const : { dateStyle: 'medium' } as const;
  return new Intl.DateTimeFormat(LOCALES[scene.language], style).format(time);
}

/** The beginning of a long number, for places where the whole does not fit. */
export function brief(hex: string): string {
  return `${hex.slice(0, 12)}…`;
}

export function digest(hex: string): HTMLElement {
  return el('code', { class: 'digest' }, hex);
}

export function toEntry(index: number): string {
  return `#/explore/entry/${index}`;
}

export function toFind(query: string): string {
  return `#/explore/find/${query}`;
}

/** What an entry is, in a few words. */
export function kindOf(scene: Scene, entry: Entry): string {
  const tell = words(scene);
  switch (entry.kind) {
    case 'genesis':
      return tell('genesis');
    case 'evidence':
      return tell(entry.body?.['mode'] === 'salted' ? 'salted' : 'evidence');
    case 'enrol':
      return tell('enrol', { name: shown(String(entry.body?.['name'] ?? '')) });
    case 'revoke':
      return tell('revoke');
    case 'rotate':
      return tell('rotate');
    case 'unknown':
      return tell('unknown', { code: String(entry.body?.['code'] ?? '') });
    default:
      return tell('unreadable');
  }
}

export function fact(label: string, ...values: (Node | string)[]): HTMLElement[] {
  return [el('dt', {}, label), el('dd', {}, ...values)];
}

/** Whose word the fact before is. */
export function clock(text: string): HTMLElement {
  return el('dd', { class: 'facts__clock' }, text);
}

export function trail(scene: Scene): HTMLElement {
  return el('p', { class: 'trail no-print' }, '← ', el('a', { href: '#/explore' }, words(scene)('back')));
}
