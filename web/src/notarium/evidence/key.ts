// A public key with its suite, known or not, as statements carry it.

import { NotariumError } from '../codec/error';
import type { Reader, Writer } from '../codec/reader';
import { isValidSignature } from '../crypto/ed25519';

/** Suite 1, the one that this version knows. */
export const ED25519 = 1;

/** Largest signed statement, in bytes. */
export const MAX_STATEMENT_BYTES = 16_384;

export interface SuiteKey {
  readonly suite: number;
  /** 32 bytes in suite 1, opaque in any other. */
  readonly publicKey: Uint8Array;
}

export const isKnownSuite = ({ suite }: SuiteKey): boolean => suite === ED25519;

export function readSuiteKey(reader: Reader): SuiteKey {
  const suite = reader.u8('suite');
  const [least, most] = suite === ED25519 ? [32, 32] : [0, MAX_STATEMENT_BYTES];
  return { suite, publicKey: reader.bytes16('public_key', least, most) };
}

export function writeSuiteKey(writer: Writer, key: SuiteKey): void {
  writer.u8(key.suite).bytes16('public_key', key.publicKey);
}

export function readSignature(reader: Reader, key: SuiteKey, field: string): Uint8Array {
  const [least, most] = isKnownSuite(key) ? [64, 64] : [0, MAX_STATEMENT_BYTES];
  return reader.bytes16(field, least, most);
}

/** Verifies a signature by a key of a statement; `wrong` is thrown when it does not hold. */
export function verifyWith(key: SuiteKey, message: Uint8Array, signature: Uint8Array, wrong: NotariumError): void {
  if (!isKnownSuite(key)) {
    throw new NotariumError('unknown-suite', `signature suite ${key.suite} is not understood`, true);
  }
  if (!isValidSignature(key.publicKey, message, signature)) throw wrong;
}
