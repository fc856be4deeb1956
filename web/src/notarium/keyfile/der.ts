// The little of DER (X.690) that key files are made of: definite lengths in their shortest form, nothing else.

import { concat } from '../codec/bytes';
import { NotariumError } from '../codec/error';

export const TAG = { integer: 0x02, bits: 0x03, octets: 0x04, null: 0x05, oid: 0x06, sequence: 0x30 } as const;

/** One value with its tag. */
export function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const bytes = concat(...content);
  const { length } = bytes;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concat(Uint8Array.of(tag, ...head), bytes);
}

/** A non-negative integer. */
export function derInteger(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  if (bytes[0]! >= 0x80) bytes.unshift(0);
  return der(TAG.integer, Uint8Array.from(bytes));
}

/** The values of a structure, one after another. */
export class DerReader {
  #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The tag of the next value; null at the end. */
  get next(): number | null {
    return this.#bytes[this.#at] ?? null;
  }

  /** The content of the next value, which has this tag. */
  take(tag: number): Uint8Array {
    if (this.next !== tag) throw notDer(`tag ${tag} expected`);
    const first = this.#bytes[this.#at + 1] ?? 0x80;
    const extra = first < 0x80 ? 0 : first & 0x7f;
    if (first === 0x80 || extra > 3) throw notDer('a length that is not definite');
    const start = this.#at + 2 + extra;
    const digits = this.#bytes.subarray(this.#at + 2, start);
    const length = extra === 0 ? first : digits.reduce((sum, byte) => sum * 256 + byte, 0);
    const shortest = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
    if (extra !== shortest || start + length > this.#bytes.length) throw notDer('a length that is not right');
    this.#at = start + length;
    return this.#bytes.subarray(start, this.#at);
  }

  sequence(): DerReader {
    return new DerReader(this.take(TAG.sequence));
  }

  /** An integer of 0 to 2^31-1. */
  integer(): number {
    const bytes = this.take(TAG.integer);
    const padded = bytes.length > 1 && bytes[0] === 0 && bytes[1]! < 0x80;
    if (bytes.length === 0 || bytes[0]! >= 0x80 || padded) throw notDer('an integer that is not right');
    const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    if (value > 0x7fffffff) throw notDer('an integer that is too large');
    return value;
  }

  finish(): void {
    if (!this.isAtEnd) throw notDer('bytes after its end');
  }
}

export function notDer(why: string): NotariumError {
  return new NotariumError('malformed-key-file', `not a private key in PEM: ${why}`);
}
