// Verifier keys (vkeys): a name, a key id, a type and a public key on one line of text (C2SP signed-note).

import { concat, utf8 } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { decodeBase64, decodeHex, encodeBase64, encodeHex } from '../codec/text';
import { sha256 } from '../crypto/digest';
import { checkKeyName } from './name';

/** Type 01: Ed25519 over the note's text. */
export const LOG_KEY = 0x01;
/** Type 04: Ed25519 cosignature with a time, over a checkpoint. */
export const WITNESS_KEY = 0x04;

export interface VerifierKey {
  readonly name: string;
  /** Eight hex digits. */
  readonly id: string;
  readonly type: typeof LOG_KEY | typeof WITNESS_KEY;
  readonly publicKey: Uint8Array;
}

export function newVerifierKey(name: string, type: VerifierKey['type'], publicKey: Uint8Array): VerifierKey {
  const id = encodeHex(sha256(utf8(`${name}\n`), Uint8Array.of(type), publicKey).subarray(0, 4));
  return { name, id, type, publicKey };
}

/** Splits on the first two plus signs only: base64 may hold more of them. */
export function parseVerifierKey(text: string): VerifierKey {
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  if (first < 0 || second < 0) throw bad('missing-part', 'a vkey is name+id+key, and a part is missing');
  const [name, id, key] = [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
  checkKeyName(name);
  if (decodeHex(id, 4) === null) throw bad('bad-id', "the vkey's id is not 8 lower-case hex digits");
  const bytes = decodeBase64(key);
  if (bytes === null) throw bad('bad-base64', "the vkey's key is not base64");
  const type = bytes[0];
  if (type !== LOG_KEY && type !== WITNESS_KEY) {
    throw bad('unknown-key-type', "the vkey's signature type is none of 01 (Ed25519) and 04 (Ed25519 cosignature)");
  }
  if (bytes.length !== 33) {
    throw bad('wrong-key-length', `the vkey holds ${bytes.length - 1} bytes of public key, not 32`);
  }
  const vkey = newVerifierKey(name, type, bytes.slice(1));
  if (vkey.id !== id) throw bad('wrong-id', `the vkey's id is ${id}, but its name and key give ${vkey.id}`);
  return vkey;
}

export function formatVerifierKey({ name, id, type, publicKey }: VerifierKey): string {
  return `${name}+${id}+${encodeBase64(concat(Uint8Array.of(type), publicKey))}`;
}

function bad(code: string, message: string): NotariumError {
  return new NotariumError(code, message);
}
