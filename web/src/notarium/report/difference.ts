// Why a file is not what was deposited: the digests of what it would be after each small change, computed side by side.
//
// Editors, mail gateways and cloud drives add a line end, a byte order mark, or turn LF into CR LF. The file goes by once more,
// in constant memory; what is found is a remark and never a pass. Imports little, since it runs in the hashing worker.

import { DualHasher, type Digests } from '../crypto/digest';
import { plainFingerprint, sameFingerprint, saltedFingerprint, type Fingerprint } from '../evidence/fingerprint';
import { concat } from '../codec/bytes';
import { CHANGES, type Change } from './remark';

const MARK = Uint8Array.of(0xef, 0xbb, 0xbf);
const LF = Uint8Array.of(0x0a);
const CR = Uint8Array.of(0x0d);
const CRLF = Uint8Array.of(0x0d, 0x0a);

/** The deposited fingerprint, with what is needed to compute one like it. */
export interface Deposited {
  readonly fingerprint: Fingerprint;
  /** Its salt, where it is salted and the salt is disclosed. */
  readonly salt: Uint8Array | null;
  /** The submitter's key. */
  readonly publicKey: Uint8Array;
}

/** The changes that a file of `length` bytes can have undergone to have been the deposited one. */
export function possibleChanges(length: number, { fingerprint, salt }: Deposited): Change[] {
  if (fingerprint.salted) return salt ? [...CHANGES] : [];
  return CHANGES.filter((change) => fits(change, length, fingerprint.length));
}

/** Goes by the file's bytes once and says after which change they would be the deposited ones. */
export class DifferenceFinder {
  readonly #candidates: Candidate[];

  constructor(changes: readonly Change[]) {
    this.#candidates = changes.map((change) => new Candidate(change));
  }

  update(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    for (const candidate of this.#candidates) candidate.update(chunk);
  }

  /** The digests after each change that the file's bytes allow. */
  finish(): { change: Change; digests: Digests }[] {
    return this.#candidates.flatMap((candidate) => {
      const digests = candidate.finish();
      return digests ? [{ change: candidate.change, digests }] : [];
    });
  }
}

/** The first change whose digests are the deposited ones. */
export function fittingChange(
  found: readonly { change: Change; digests: Digests }[],
  { fingerprint, salt, publicKey }: Deposited,
): Change | null {
  const after = (digests: Digests): Fingerprint | null => {
    if (!fingerprint.salted) return plainFingerprint(digests);
    return salt && saltedFingerprint(digests, salt, publicKey);
  };
  const fitting = found.find(({ digests }) => {
    const computed = after(digests);
    return computed !== null && sameFingerprint(computed, fingerprint);
  });
  return fitting?.change ?? null;
}

/** The file as it would be after one change, hashed as it goes by. */
class Candidate {
  #hasher = new DualHasher();
  /** Last bytes, held back until it is known whether they are the end; or first ones, until known to be a mark. */
  #held: Uint8Array = new Uint8Array();
  #markSeen = false;
  #possible = true;

  constructor(readonly change: Change) {
    if (change === 'add-byte-order-mark') this.#hasher.update(MARK);
  }

  update(chunk: Uint8Array): void {
    if (!this.#possible) return;
    if (this.change === 'drop-final-lf') this.#holdBack(chunk, 1);
    else if (this.change === 'drop-final-crlf') this.#holdBack(chunk, 2);
    else if (this.change === 'drop-byte-order-mark') this.#skipMark(chunk);
    else if (this.change === 'crlf-to-lf') this.#rewrite(chunk, LF);
    else if (this.change === 'lf-to-crlf') this.#rewrite(chunk, CRLF);
    else this.#hasher.update(chunk);
  }

  finish(): Digests | null {
    const ends = (with_: Uint8Array): boolean => String(this.#held) === String(with_);
    if (this.change === 'drop-final-lf') this.#possible &&= ends(LF);
    if (this.change === 'drop-final-crlf') this.#possible &&= ends(CRLF);
    if (this.change === 'drop-byte-order-mark') this.#possible &&= this.#markSeen;
    if (this.change === 'add-final-lf') this.#hasher.update(LF);
    if (this.change === 'add-final-crlf') this.#hasher.update(CRLF);
    if (this.change === 'crlf-to-lf' || this.change === 'lf-to-crlf') this.#hasher.update(this.#held);
    return this.#possible ? this.#hasher.finish() : null;
  }

  /** Hashes all but the last `count` bytes. */
  #holdBack(chunk: Uint8Array, count: number): void {
    const whole = concat(this.#held, chunk.subarray(-count));
    if (chunk.length > count) {
      this.#hasher.update(this.#held).update(chunk.subarray(0, -count));
      this.#held = chunk.slice(-count);
      return;
    }
    this.#hasher.update(whole.subarray(0, Math.max(0, whole.length - count)));
    this.#held = whole.slice(-count);
  }

  #skipMark(chunk: Uint8Array): void {
    if (this.#markSeen) {
      this.#hasher.update(chunk);
      return;
    }
    const start = concat(this.#held, chunk.subarray(0, 3));
    if (start.length < 3) {
      this.#held = start;
      return;
    }
    this.#markSeen = MARK.every((byte, at) => start[at] === byte);
    this.#possible = this.#markSeen;
    this.#hasher.update(chunk.subarray(3 - this.#held.length));
  }

  /** Hashes the chunk with every line end, CR LF or LF, written as `end`; a CR at the chunk's end waits for the next. */
  #rewrite(chunk: Uint8Array, end: Uint8Array): void {
    let at = 0;
    if (this.#held.length > 0) {
      this.#held = new Uint8Array();
      if (chunk[0] === 0x0a) {
        this.#hasher.update(end);
        at = 1;
      } else {
        this.#hasher.update(CR);
      }
    }
    let stop = chunk.length;
    if (stop > at && chunk[stop - 1] === 0x0d) {
      this.#held = CR.slice();
      stop -= 1;
    }
    this.#hashLines(chunk, at, stop, end);
  }

  #hashLines(chunk: Uint8Array, from: number, stop: number, end: Uint8Array): void {
    let at = from;
    for (;;) {
      const lf = chunk.indexOf(0x0a, at);
      if (lf < 0 || lf >= stop) break;
      const body = lf > at && chunk[lf - 1] === 0x0d ? lf - 1 : lf;
      this.#hasher.update(chunk.subarray(at, body)).update(end);
      at = lf + 1;
    }
    if (at < stop) this.#hasher.update(chunk.subarray(at, stop));
  }
}

/** Whether a file of `length` bytes can have had `was` bytes before the opposite of the change. */
function fits(change: Change, length: number, was: number): boolean {
  const grown = { 'drop-final-lf': 1, 'drop-final-crlf': 2, 'drop-byte-order-mark': 3 } as Record<string, number>;
  const shrunk = { 'add-final-lf': 1, 'add-final-crlf': 2, 'add-byte-order-mark': 3 } as Record<string, number>;
  if (grown[change] !== undefined) return length === was + grown[change];
  if (shrunk[change] !== undefined) return length + shrunk[change] === was;
  // At most every byte is a line end, so at most the length halves or doubles.
  return change === 'crlf-to-lf' ? was < length && 2 * was >= length : was > length && was <= 2 * length;
}
