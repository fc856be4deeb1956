// The receipt (C2SP tlog-proof): the proof that a person keeps, as text, in one spelling only.
//
// Parsing says that it is a receipt, never that it is true; that is for the report.

import { decodeUtf8, utf8 } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { MAX_INTEGER, decodeBase64, encodeBase64, parseDecimal } from '../codec/text';
import { MAX_INCLUSION_HASHES } from '../merkle/proof';
import { parseCheckpoint, type SignedCheckpoint } from '../trust/checkpoint';
import {
  encodeDisclosure,
  newDisclosure,
  parseDisclosure,
  type DisclosedDetails,
  type Disclosure,
} from './disclosure';

/** Largest receipt, in bytes. */
export const MAX_RECEIPT_BYTES = 262_144;

const FORMAT = 'c2sp.org/tlog-proof@v';

/** A well-formed receipt, with the text that it came in. Nothing in it is verified. */
export interface Receipt {
  readonly text: string;
  /** What its `index` line says. */
  readonly index: number;
  /** The sibling hashes, leaf side first. */
  readonly hashes: readonly Uint8Array[];
  readonly disclosure: Disclosure;
  readonly checkpoint: SignedCheckpoint;
}

/** Reads a receipt. An entry or statement of another version is no error. */
export function parseReceipt(input: Uint8Array | string): Receipt {
  const bytes = typeof input === 'string' ? utf8(input) : input;
  checkLength(bytes.length);
  const text = decodeUtf8(bytes);
  if (text === null) throw bad('receipt-not-utf8', 'the receipt is not valid UTF-8');
  if (text.includes('\r')) {
    throw bad('carriage-return', 'the receipt has a carriage return; its lines end in LF alone');
  }
  if (!text.endsWith('\n')) throw bad('no-final-line-feed', 'the receipt does not end in a line feed');
  const end = text.indexOf('\n\n');
  if (end < 0) throw bad('no-checkpoint', 'no empty line and checkpoint after the path');
  const [format = '', extra = '', indexLine = '', ...path] = text.slice(0, end).split('\n');
  checkFormat(format);
  const disclosure = parseExtra(extra);
  const index = parseIndex(indexLine);
  const hashes = parsePath(path);
  return { text, index, hashes, disclosure, checkpoint: parseCheckpoint(utf8(text.slice(end + 2))) };
}

/** Makes the receipt of an entry: `hashes` lead from its leaf to the root of `checkpoint`. */
export function newReceipt(
  index: number,
  hashes: readonly Uint8Array[],
  disclosure: Disclosure,
  checkpoint: SignedCheckpoint,
): Receipt {
  const path = hashes.map((hash) => `${encodeBase64(hash)}\n`).join('');
  const extra = encodeBase64(encodeDisclosure(disclosure));
  return parseReceipt(`${FORMAT}1\nextra ${extra}\nindex ${index}\n${path}\n${checkpoint.note.note}`);
}

/** The same receipt, showing exactly so much of salts and details: a ledger's own receipt shows none. */
export function withDisclosure(
  receipt: Receipt,
  evidenceSalt: Uint8Array | null,
  details: DisclosedDetails | null,
): Receipt {
  const disclosure = newDisclosure(receipt.disclosure.entryBytes, evidenceSalt, details);
  return newReceipt(receipt.index, receipt.hashes, disclosure, receipt.checkpoint);
}

function checkLength(length: number): void {
  if (length > MAX_RECEIPT_BYTES) {
    throw bad('receipt-too-long', `a receipt of ${length} bytes, more than ${MAX_RECEIPT_BYTES}`);
  }
}

function checkFormat(line: string): void {
  if (line === `${FORMAT}1`) return;
  const version = line.startsWith(FORMAT) ? line.slice(FORMAT.length) : '';
  if ((parseDecimal(version) ?? 0n) > 1n) {
    const message = `receipt format "${FORMAT}${version}" is not understood`;
    throw new NotariumError('unknown-proof-version', message, true);
  }
  throw bad('not-a-receipt', `not a receipt: the first line is not "${FORMAT}1"`);
}

function parseExtra(line: string): Disclosure {
  if (!line.startsWith('extra ')) {
    throw bad('no-disclosure', 'line 2: no `extra` line, so the receipt shows no entry');
  }
  const bytes = decodeBase64(line.slice('extra '.length));
  if (bytes === null) throw bad('bad-disclosure', 'line 2: not base64 with padding and zero spare bits');
  return parseDisclosure(bytes);
}

function parseIndex(line: string): number {
  if (line.startsWith('extra ')) throw bad('repeated-disclosure', 'line 3: a second `extra` line');
  const index = line.startsWith('index ') ? parseDecimal(line.slice('index '.length)) : null;
  if (index === null || index > BigInt(MAX_INTEGER)) {
    throw bad('bad-index', 'line 3: not `index` and a number up to 2^53-1 without sign and leading zeros');
  }
  return Number(index);
}

function parsePath(lines: readonly string[]): Uint8Array[] {
  const hashes = lines.map((line, at) => {
    const hash = decodeBase64(line);
    if (hash?.length !== 32) throw bad('bad-hash', `line ${at + 4}: not the base64 of a 32-byte hash`);
    return hash;
  });
  if (hashes.length > MAX_INCLUSION_HASHES) {
    throw bad('too-many-hashes', `the path has ${hashes.length} hashes, more than ${MAX_INCLUSION_HASHES}`);
  }
  return hashes;
}

function bad(code: string, message: string): NotariumError {
  return new NotariumError(code, message);
}
