// Reads a binary structure field by field; every method takes the field's name, so that an error says where it stands.

import { concat, decodeUtf8, utf8 } from './bytes';
import { NotariumError } from './error';
import { MAX_INTEGER, bannedCharacter, codePoint } from './text';
import { MAX_TIME } from './time';

/** Most digits in the version of a header. */
const MAX_VERSION_DIGITS = 9;

export function lengthOutOfRange(field: string, length: number, least: number, most: number): NotariumError {
  return new NotariumError('length-out-of-range', `${field}: ${length} bytes, not ${least} to ${most}`);
}

export class Reader {
  #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** How many bytes are not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Reads a header: the domain `prefix`, a version (decimal, from 1, at most nine digits) and LF; gives the version. */
  version(prefix: string): number {
    const rest = this.#bytes.subarray(this.#at);
    const wrong = new NotariumError('wrong-header', `does not begin with "${prefix}" and a version`);
    const expected = utf8(prefix);
    const shared = Math.min(rest.length, expected.length);
    for (let at = 0; at < shared; at += 1) {
      if (rest[at] !== expected[at]) throw wrong;
    }
    let end = shared;
    while (end < rest.length && rest[end]! >= 0x30 && rest[end]! <= 0x39) end += 1;
    const digits = end - shared;
    if (digits > MAX_VERSION_DIGITS) throw wrong;
    if (end === rest.length) throw truncated('header', expected.length + 2, rest.length);
    const text = String.fromCharCode(...rest.subarray(shared, end));
    if (rest[end] !== 0x0a || !/^[1-9][0-9]*$/.test(text)) throw wrong;
    this.#at += end + 1;
    return Number(text);
  }

  u8(field: string): number {
    return this.bytes(1, field)[0]!;
  }

  u16(field: string): number {
    const [high, low] = this.bytes(2, field) as unknown as [number, number];
    return high * 256 + low;
  }

  /** Eight bytes, big-endian, of at most 2^53-1. */
  u64(field: string): number {
    const bytes = this.bytes(8, field);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
    if (value > BigInt(MAX_INTEGER)) throw new NotariumError('integer-too-large', `${field}: ${value} is above 2^53-1`);
    return Number(value);
  }

  /** A time: milliseconds, not after the year 9999. */
  time(field: string): number {
    const value = this.u64(field);
    if (value > MAX_TIME) throw new NotariumError('time-too-late', `${field}: ${value} ms is after the year 9999`);
    return value;
  }

  /** Exactly `length` bytes, as a copy. */
  bytes(length: number, field: string): Uint8Array {
    if (this.left < length) throw truncated(field, length, this.left);
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  /** A `bytes16` of `least` to `most` bytes. */
  bytes16(field: string, least: number, most: number): Uint8Array {
    const length = this.u16(field);
    if (length < least || length > most) throw lengthOutOfRange(field, length, least, most);
    return this.bytes(length, field);
  }

  /** A `bytes16` that is text of `least` to `most` bytes. */
  text16(field: string, least: number, most: number): string {
    const text = decodeUtf8(this.bytes16(field, least, most));
    if (text === null) throw new NotariumError('not-utf8', `${field}: not valid UTF-8`);
    const banned = bannedCharacter(text);
    if (banned !== null) {
      throw new NotariumError('banned-character', `${field}: the character ${codePoint(banned)} is not allowed`);
    }
    return text;
  }

  /** Ends the structure called `what`: nothing may be left. */
  finish(what: string): void {
    if (this.left > 0) throw new NotariumError('trailing-bytes', `${what}: ${this.left} bytes after its end`);
  }
}

function truncated(field: string, needed: number, left: number): NotariumError {
  return new NotariumError('truncated', `${field}: ${needed} bytes needed, ${left} left`);
}

/** Writes a binary structure field by field; the mirror of the reader. */
export class Writer {
  #parts: Uint8Array[] = [];

  constructor(header = '') {
    this.#parts.push(utf8(header));
  }

  u8(value: number): this {
    return this.bytes(Uint8Array.of(value));
  }

  u64(field: string, value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new NotariumError('integer-too-large', `${field}: ${value} is above 2^53-1`);
    }
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
    return this.bytes(bytes);
  }

  bytes(value: Uint8Array): this {
    this.#parts.push(value);
    return this;
  }

  bytes16(field: string, value: Uint8Array): this {
    if (value.length > 0xffff) throw lengthOutOfRange(field, value.length, 0, 0xffff);
    return this.bytes(Uint8Array.of(value.length >> 8, value.length & 0xff)).bytes(value);
  }

  finish(): Uint8Array {
    return concat(...this.#parts);
  }
}
