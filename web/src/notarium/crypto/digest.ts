// SHA-256 (FIPS 180-4) and SM3 (GB/T 32905), alone and in one pass.

import { sha256 as nobleSha256 } from '@noble/hashes/sha2';
import { Sm3 } from './sm3';

/** Both digests of one piece of evidence, and its length in bytes. */
export interface Digests {
  readonly sha256: Uint8Array;
  readonly sm3: Uint8Array;
  readonly length: number;
}

/** SHA-256 of the parts, joined without separators. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hasher = nobleSha256.create();
  for (const part of parts) hasher.update(part);
  return hasher.digest();
}

/** SM3 of the parts, joined without separators. */
export function sm3(...parts: readonly Uint8Array[]): Uint8Array {
  const hasher = new Sm3();
  for (const part of parts) hasher.update(part);
  return hasher.digest();
}

/** SHA-256 over a stream. */
export class Sha256Hasher {
  #hasher = nobleSha256.create();

  update(bytes: Uint8Array): this {
    this.#hasher.update(bytes);
    return this;
  }

  finish(): Uint8Array {
    return this.#hasher.digest();
  }
}

/** Hashes a stream with both algorithms in one pass and constant memory. */
export class DualHasher {
  #sha256 = nobleSha256.create();
  #sm3 = new Sm3();
  #length = 0;

  update(bytes: Uint8Array): this {
    this.#sha256.update(bytes);
    this.#sm3.update(bytes);
    this.#length += bytes.length;
    return this;
  }

  finish(): Digests {
    return { sha256: this.#sha256.digest(), sm3: this.#sm3.digest(), length: this.#length };
  }
}

/** Both digests of bytes at hand. */
export function digestsOf(bytes: Uint8Array): Digests {
  return new DualHasher().update(bytes).finish();
}
