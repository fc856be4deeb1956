// A sentence of a report: a word of the table with its values, apart from its language until it is set.

import { formatTime } from '../codec/time';
import { wordText, type Language, type Word } from './words';

/** What stands in a place of a sentence. A `time` is shown in UTC. */
export type Value =
  | string
  | number
  | bigint
  | { readonly word: Word }
  | { readonly time: number }
  | { readonly list: readonly Sentence[] };

export interface Sentence {
  readonly word: Word;
  readonly values: Readonly<Record<string, Value>>;
}

export function say(word: Word, values: Readonly<Record<string, Value>> = {}): Sentence {
  return { word, values };
}

/** The sentence in a language; a place without a value shows a question mark. */
export function inLanguage({ word, values }: Sentence, language: Language): string {
  return wordText(word, language).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return value === undefined ? '?' : valueText(value, language);
  });
}

function valueText(value: Value, language: Language): string {
  if (typeof value === 'string') return shown(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if ('word' in value) return wordText(value.word, language);
  if ('time' in value) return formatTime(value.time);
  return value.list.map((sentence) => inLanguage(sentence, language)).join(language === 'zh' ? '、' : ', ');
}

/** The sentence as the report's JSON has it: id, values, English text. */
export function sentenceJson(sentence: Sentence): unknown {
  const values = Object.entries(sentence.values).map(([name, value]) => [name, valueJson(value)]);
  return { id: sentence.word, values: Object.fromEntries(values), text: inLanguage(sentence, 'en') };
}

function valueJson(value: Value): unknown {
  if (typeof value !== 'object') return value;
  if ('word' in value) return value.word;
  if ('time' in value) return formatTime(value.time);
  return value.list.map(sentenceJson);
}

/** Text with everything escaped that could move a cursor, reverse the direction of reading or hide. */
export function shown(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
