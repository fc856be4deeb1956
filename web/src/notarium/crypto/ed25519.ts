// Suite 1: Ed25519, judged by the one rule of docs/formats.md (Signatures).
//
// noble's own `verify` multiplies by the cofactor and is not this rule, so only its points and its signing are used.

import { ed25519 } from '@noble/curves/ed25519';
import { sha512 } from '@noble/hashes/sha2';
import { concat, equal } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { decodeHex, encodeHex } from '../codec/text';

const { Point } = ed25519;

/** The order of the group: 2^252 + 27742317777372353535851937790883648493. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const P = 2n ** 255n - 19n;

/** The 14 encodings, canonical or not, of the eight points whose order divides 8. */
export const SMALL_ORDER: readonly string[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
];

const isSmallOrder = (encoding: Uint8Array): boolean => SMALL_ORDER.includes(encodeHex(encoding));

/** Verifies a signature of 64 bytes by a key of 32; throws a `NotariumError` that names the part of the rule broken. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  if (publicKey.length !== 32 || signature.length !== 64) throw mismatch();
  const r = signature.subarray(0, 32);
  if (isSmallOrder(publicKey)) throw new NotariumError('small-order-key', 'the public key is a small-order point');
  if (isSmallOrder(r)) throw new NotariumError('small-order-r', "the signature's R is a small-order point");
  const key = decodePoint(publicKey);
  const s = littleEndian(signature.subarray(32));
  if (s >= L) throw mismatch();
  const k = littleEndian(sha512(concat(r, publicKey, message))) % L;
  const computed = Point.BASE.multiplyUnsafe(s).add(key.negate().multiplyUnsafe(k));
  if (!equal(computed.toBytes(), r)) throw mismatch();
}

/** Whether a signature is valid by the rule. */
export function isValidSignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    verifySignature(publicKey, message, signature);
    return true;
  } catch (error) {
    if (error instanceof NotariumError) return false;
    throw error;
  }
}

function mismatch(): NotariumError {
  return new NotariumError('mismatch', 'the signature does not fit key and message');
}

/** The y coordinate is read modulo p, so that an encoding with y >= p is decoded and not refused. */
function decodePoint(encoding: Uint8Array): InstanceType<typeof Point> {
  const y = (littleEndian(encoding) % 2n ** 255n) % P;
  const canonical = decodeHex(y.toString(16).padStart(64, '0'), 32)!.reverse();
  canonical[31]! |= encoding[31]! & 0x80;
  try {
    return Point.fromBytes(canonical, true);
  } catch {
    throw new NotariumError('key-not-on-curve', 'the public key is not a point of the curve');
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${encodeHex(Uint8Array.from(bytes).reverse())}`);
}

/** A private key: 32 secret bytes (RFC 8032 section 5.1.5), and the public key that goes with them. */
export class SigningKey {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;

  constructor(seed: Uint8Array) {
    if (seed.length !== 32) throw new NotariumError('bad-seed', `an Ed25519 private key is 32 bytes, not ${seed.length}`);
    this.seed = Uint8Array.from(seed);
    this.publicKey = ed25519.getPublicKey(this.seed);
  }

  /** Deterministic: the same key and message give the same 64 bytes. */
  sign(message: Uint8Array): Uint8Array {
    return ed25519.sign(message, this.seed);
  }
}
