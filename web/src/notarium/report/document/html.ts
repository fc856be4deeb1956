// HTML put together so that nothing from outside can become markup: every text goes through `escapeHtml`.

import { inLanguage, say, shown, type Sentence } from '../sentence';
import { wordText, type Language, type Word } from '../words';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it stands between tags or in a quoted attribute; what could hide from the eye is written out. */
export function escapeHtml(text: string): string {
  return shown(text).replace(/[&<>"']/g, (mark) => ENTITIES[mark]!);
}

/** The tag of a language (BCP 47). */
export function languageTag(language: Language): string {
  return language === 'en' ? 'en' : 'zh-Hans';
}

/** Digits, keys and names of machines. */
export function data(text: string): string {
  return `<span class="data">${escapeHtml(text)}</span>`;
}

/** What somebody outside has written. */
export function quotedHtml(text: string): string {
  return `<span class="said" dir="auto">${escapeHtml(text)}</span>`;
}

/** A page that grows. */
export class Html {
  out = '';

  constructor(readonly languages: readonly Language[]) {}

  /** A sentence in every language of the page. */
  said(sentence: Sentence): string {
    const one = (language: Language): string =>
      `<span class="lang" lang="${languageTag(language)}">${escapeHtml(inLanguage(sentence, language))}</span>`;
    return this.languages.map(one).join('');
  }

  word(word: Word): string {
    return this.said(say(word));
  }

  /** The word in the page's first language, as text. */
  title(word: Word): string {
    return wordText(word, this.languages[0] ?? 'en');
  }

  /** A line of markup. */
  line(markup: string): void {
    this.out += `${markup}\n`;
  }

  heading(word: Word): void {
    this.line(`<h2 class="inline">${this.word(word)}</h2>`);
  }

  paragraph(word: Word): void {
    this.line(`<p>${this.word(word)}</p>`);
  }

  openTable(): void {
    this.line('<table>');
  }

  closeTable(): void {
    this.line('</table>');
  }

  /** A row of a label and its values, each a piece of markup on a line of its own. */
  row(label: Word, values: readonly string[]): void {
    const lines = values.map((value) => `<div>${value}</div>`).join('');
    this.line(`<tr><th class="inline" scope="row">${this.word(label)}</th><td>${lines}</td></tr>`);
  }
}
