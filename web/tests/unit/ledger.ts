// A ledger in memory, for tests: admits statements, signs checkpoints, gives receipts. Made of the library's own writers.

import {
  SigningKey,
  encodeEntry,
  encodeHex,
  formatCheckpointBody,
  formatSignatureLine,
  formatVerifierKey,
  leafHash,
  newDisclosure,
  newReceipt,
  newVerifierKey,
  parseCheckpoint,
  parseStatement,
  rootOf,
  signStatement,
  utf8,
} from '../../src/notarium';

const ORIGIN = 'ledger.example/test';

export class MemoryLedger {
  readonly #key = new SigningKey(new Uint8Array(32).fill(7));
  readonly #vkey = newVerifierKey(ORIGIN, 1, this.#key.publicKey);
  readonly #entries: Uint8Array[] = [];

  constructor() {
    this.admit(signStatement({ kind: 0, origin: ORIGIN, admission: 'open' }, this.#key).bytes);
  }

  get vkey(): string {
    return formatVerifierKey(this.#vkey);
  }

  get policy(): string {
    return `log ${this.vkey}\nquorum none\n`;
  }

  /** Admits a statement and gives its receipt. */
  admit(signedStatement: Uint8Array): string {
    const index = this.#entries.length;
    const previous = index === 0 ? new Uint8Array(32) : leafHash(this.#entries[index - 1]!);
    this.#entries.push(encodeEntry(index, 1_700_000_000_000 + index, previous, parseStatement(signedStatement)));
    return this.receipt(index);
  }

  receipt(index: number): string {
    const leaves = this.#entries.map(leafHash);
    const text = formatCheckpointBody({ origin: ORIGIN, head: { size: BigInt(leaves.length), root: rootOf(leaves) } });
    const line = formatSignatureLine({ name: ORIGIN, id: this.#vkey.id, signature: this.#key.sign(utf8(text)) });
    const checkpoint = parseCheckpoint(utf8(`${text}\n${line}\n`));
    return newReceipt(index, path(index, leaves), newDisclosure(this.#entries[index]!, null, null), checkpoint).text;
  }

  id(index: number): string {
    return encodeHex(leafHash(this.#entries[index]!));
  }
}

/** PATH of RFC 6962 section 2.1.1. */
function path(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const left = 2 ** (31 - Math.clz32(leaves.length - 1));
  return index < left
    ? [...path(index, leaves.slice(0, left)), rootOf(leaves.slice(left))]
    : [...path(index - left, leaves.slice(left)), rootOf(leaves.slice(0, left))];
}
