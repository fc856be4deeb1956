// Cosignatures (C2SP tlog-cosignature): a witness's word that it saw this checkpoint, and when.

import { utf8 } from '../codec/bytes';
import { NotariumError, wrapping } from '../codec/error';
import { MAX_TIME, formatTime } from '../codec/time';
import { verifySignature } from '../crypto/ed25519';
import { WITNESS_KEY, type VerifierKey } from '../note/key';
import { isBy, type SignatureLine } from '../note/signed';

const TIMESTAMPED_BYTES = 72;
const MAX_SECONDS = 2n ** 63n - 1n;

/** Verifies a cosignature over a note's text and gives the time that it states, in seconds. */
export function verifyCosignature(key: VerifierKey, text: string, line: SignatureLine): bigint {
  if (key.type !== WITNESS_KEY || !isBy(line, key)) {
    throw bad('not-by-this-key', 'the line is not by this key, or the key does not cosign');
  }
  const { signature } = line;
  if (signature.length !== TIMESTAMPED_BYTES) {
    const message = `the cosignature has ${signature.length} bytes after the key id, not ${TIMESTAMPED_BYTES}`;
    throw bad('wrong-cosignature-length', message);
  }
  const seconds = new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0);
  if (seconds > MAX_SECONDS) throw bad('time-above-limit', `the cosignature's time is ${seconds}, above 2^63-1`);
  const message = utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
  const wrap = (error: NotariumError): NotariumError => bad('bad-cosignature', error.message);
  wrapping(() => verifySignature(key.publicKey, message, signature.subarray(8)), wrap);
  return seconds;
}

/** Seconds of a witness's clock as milliseconds; `null` after the year 9999. */
export function posixMillis(seconds: bigint): number | null {
  return seconds * 1000n <= BigInt(MAX_TIME) ? Number(seconds) * 1000 : null;
}

/** Seconds of a witness's clock as text. */
export function formatPosix(seconds: bigint): string {
  const millis = posixMillis(seconds);
  return millis === null ? `${seconds} s after 1970` : formatTime(millis);
}

function bad(code: string, message: string): NotariumError {
  return new NotariumError(code, message);
}
