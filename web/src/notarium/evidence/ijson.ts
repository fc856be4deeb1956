// A JSON reader that refuses what two readers could show differently (RFC 8259, and RFC 7493 beyond it).
//
// JSON.parse takes the last of two equal names and rounds numbers in silence: one file, two contents. Objects are Maps here,
// so that no name such as `__proto__` is special; numbers keep whether they were written as integers.

import { NotariumError } from '../codec/error';
import { MAX_INTEGER, codePoint, quoted } from '../codec/text';
import { compareText } from '../codec/bytes';

/** A number: `-0` and what has a fraction or exponent is not an integer. */
export class JsonNumber {
  constructor(
    readonly value: number,
    readonly isInteger: boolean,
  ) {}

  toString(): string {
    const { value } = this;
    if (this.isInteger) return String(value);
    if (Object.is(value, -0)) return '-0.0';
    if (value !== 0 && Math.abs(value) < 1e-5) return value.toExponential().replace('e+', 'e');
    return Number.isInteger(value) ? `${value}.0` : String(value);
  }
}

export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;
/** Members in the order of their names' bytes. */
export type JsonObject = ReadonlyMap<string, Json>;

/** The most levels of arrays and objects. */
const MAX_DEPTH = 127;

/** Reads one JSON value with nothing after it but white space. */
export function readIJson(text: string): Json {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class Parser {
  #at = 0;

  constructor(private readonly text: string) {}

  end(): void {
    this.#space();
    if (this.#at < this.text.length) throw this.#notJson('trailing characters');
  }

  value(depth: number): Json {
    this.#space();
    const next = this.text[this.#at];
    if (next === '{') return this.#object(depth + 1);
    if (next === '[') return this.#array(depth + 1);
    if (next === '"') return this.#checked(this.#string());
    if (next !== undefined && /[-0-9]/.test(next)) return this.#number();
    for (const [word, value] of [['true', true], ['false', false], ['null', null]] as const) {
      if (this.text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    throw this.#notJson(next === undefined ? 'EOF while parsing a value' : 'expected value');
  }

  #object(depth: number): JsonObject {
    this.#open(depth);
    const members = new Map<string, Json>();
    while (!this.#close('}', members.size === 0)) {
      if (this.text[this.#at] !== '"') throw this.#notJson('key must be a string');
      const name = this.#checked(this.#string());
      if (members.has(name)) {
        throw new NotariumError('repeated-name', `details have the name ${quoted(name)} twice in one object`);
      }
      this.#space();
      if (this.text[this.#at] !== ':') throw this.#notJson('expected `:`');
      this.#at += 1;
      members.set(name, this.value(depth));
    }
    return new Map([...members].sort(([one], [other]) => compareText(one, other)));
  }

  #array(depth: number): Json[] {
    this.#open(depth);
    const items: Json[] = [];
    while (!this.#close(']', items.length === 0)) items.push(this.value(depth));
    return items;
  }

  #open(depth: number): void {
    this.#at += 1;
    if (depth > MAX_DEPTH) throw this.#notJson('recursion limit exceeded');
  }

  /** Reads the closing bracket, or the comma before the next item. */
  #close(bracket: string, first: boolean): boolean {
    this.#space();
    const next = this.text[this.#at];
    if (next === bracket) {
      this.#at += 1;
      return true;
    }
    if (first) return false;
    if (next !== ',') throw this.#notJson(`expected \`,\` or \`${bracket}\``);
    this.#at += 1;
    this.#space();
    if (this.text[this.#at] === bracket) throw this.#notJson('trailing comma');
    return false;
  }

  #number(): JsonNumber {
    const pattern = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found === null) throw this.#notJson('invalid number');
    this.#at = pattern.lastIndex;
    if (/[0-9.eE]/.test(this.text[this.#at] ?? '')) throw this.#notJson('invalid number');
    const value = Number(found[0]);
    const isInteger = found[1] === undefined && found[2] === undefined && !Object.is(value, -0);
    if (!Number.isFinite(value) && !isInteger) throw this.#notJson('number out of range');
    if (Math.abs(value) > MAX_INTEGER) {
      throw new NotariumError('number-too-large', 'details hold a number beyond 2^53-1');
    }
    return new JsonNumber(value, isInteger);
  }

  #string(): string {
    this.#at += 1;
    const pieces: string[] = [];
    for (;;) {
      const next = this.text[this.#at];
      if (next === undefined) throw this.#notJson('EOF while parsing a string');
      if (next < ' ') throw this.#notJson('control character (\\u0000-\\u001F) found while parsing a string');
      this.#at += 1;
      if (next === '"') break;
      pieces.push(next === '\\' ? this.#escape() : next);
    }
    return pieces.join('');
  }

  #escape(): string {
    const letter = this.text[this.#at] ?? '';
    this.#at += 1;
    const simple = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[letter];
    if (simple !== undefined) return simple;
    if (letter !== 'u') throw this.#notJson('invalid escape');
    const unit = this.#hexUnit();
    if (unit >= 0xdc00 && unit <= 0xdfff) throw this.#notJson('lone leading surrogate in hex escape');
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    if (!this.text.startsWith('\\u', this.#at)) throw this.#notJson('unexpected end of hex escape');
    this.#at += 2;
    const low = this.#hexUnit();
    if (low < 0xdc00 || low > 0xdfff) throw this.#notJson('lone leading surrogate in hex escape');
    return String.fromCharCode(unit, low);
  }

  #hexUnit(): number {
    const digits = this.text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#notJson('invalid escape');
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }

  /** No noncharacters (RFC 7493 section 2.1): U+FDD0 to U+FDEF and the last two code points of every plane. */
  #checked(text: string): string {
    for (const character of text) {
      const code = character.codePointAt(0)!;
      if ((code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe) {
        throw new NotariumError('noncharacter', `details hold ${codePoint(character)}, which is no character`);
      }
    }
    return text;
  }

  #space(): void {
    while (' \t\n\r'.includes(this.text[this.#at] ?? 'x')) this.#at += 1;
  }

  #notJson(reason: string): NotariumError {
    const before = this.text.slice(0, this.#at).split('\n');
    const column = before[before.length - 1]!.length;
    return new NotariumError('not-json', `details are not JSON: ${reason} at line ${before.length} column ${column}`);
  }
}

/** A value as compact JSON. */
export function writeJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof JsonNumber) return value.toString();
  if (isJsonObject(value)) {
    return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}:${writeJson(member)}`).join(',')}}`;
  }
  return `[${(value as readonly Json[]).map(writeJson).join(',')}]`;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

/** A value as a line of text: a string as it is, lists joined, anything else as JSON. */
export function jsonText(value: Json): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(jsonText).join('; ') : writeJson(value);
}
