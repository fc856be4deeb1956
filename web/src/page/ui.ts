// Elements whose words follow the language: text that is a function is asked again at every switch, and nothing else is touched.

import type { Language } from '../notarium';

export type Text = string | (() => string);
export type Child = Node | Text | null | false | undefined;
type Listener = (event: Event) => void;
export type Attributes = Readonly<Record<string, Text | number | boolean | null | undefined | Listener>>;

/** Words in both languages. */
export type Pair = readonly [en: string, zh: string];

export class Ui {
  #language: Language;
  #live = new Set<() => void>();
  #inner = new Set<Ui>();

  constructor(language: Language) {
    this.#language = language;
  }

  get language(): Language {
    return this.#language;
  }

  set language(language: Language) {
    this.#language = language;
    for (const update of this.#live) update();
    for (const inner of this.#inner) inner.language = language;
  }

  /** The words in the language of the moment, with `{places}` filled. */
  say([en, zh]: Pair, values: Readonly<Record<string, string | number>> = {}): string {
    const text = this.#language === 'en' ? en : zh;
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '?'));
  }

  /** The words as text that follows the language. */
  words(pair: Pair, values: Readonly<Record<string, string | number>> = {}): () => string {
    return () => this.say(pair, values);
  }

  /** A part that is thrown away as a whole: what was made with it no longer follows the language once it is cleared. */
  part(): Ui {
    const inner = new Ui(this.#language);
    this.#inner.add(inner);
    return inner;
  }

  clear(): void {
    this.#live.clear();
    this.#inner.clear();
  }

  /** Removes a part that `part` gave. */
  drop(inner: Ui): void {
    inner.clear();
    this.#inner.delete(inner);
  }

  /** Runs now and at every switch. */
  follow(update: () => void): void {
    update();
    this.#live.add(update);
  }

  /** Makes an element. Names that begin with `on` are listeners; children that are text stay text. */
  h<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    attributes: Attributes = {},
    ...children: readonly Child[]
  ): HTMLElementTagNameMap[K] {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) this.#attribute(element, name, value);
    this.append(element, ...children);
    return element;
  }

  append(parent: Node, ...children: readonly Child[]): void {
    for (const child of children) {
      if (child === null || child === false || child === undefined) continue;
      parent.appendChild(child instanceof Node ? child : this.#text(child));
    }
  }

  #text(text: Text): globalThis.Text {
    const node = document.createTextNode(typeof text === 'string' ? text : '');
    if (typeof text === 'function') this.follow(() => { node.data = text(); });
    return node;
  }

  #attribute(element: HTMLElement, name: string, value: Attributes[string]): void {
    if (value === null || value === undefined || value === false) return;
    if (typeof value !== 'function') {
      element.setAttribute(name, value === true ? '' : String(value));
    } else if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value as Listener);
    } else {
      this.follow(() => element.setAttribute(name, (value as () => string)()));
    }
  }
}

let counter = 0;
/** An id that no other element of the page has. */
export function freshId(stem: string): string {
  counter += 1;
  return `${stem}-${counter}`;
}
