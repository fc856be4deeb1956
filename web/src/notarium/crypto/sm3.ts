// SM3 (GB/T 32905-2016), as a stream, on the Merkle-Damgard frame of @noble/hashes.
//
// No kept library streams SM3 without WebAssembly, which a strict Content-Security-Policy refuses. The compression function is
// this file's; padding and buffering are noble's. Tested against the standard's examples and another implementation.

import { HashMD } from '@noble/hashes/_md';

/** The expanded message of the block at hand. */
const W = new Int32Array(68);

/** T_j rotated left by j. */
const ROUND_CONSTANTS = Int32Array.from({ length: 64 }, (_, j) => rotl(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32));

function rotl(word: number, by: number): number {
  return by === 0 ? word : (word << by) | (word >>> (32 - by));
}

export class Sm3 extends HashMD<Sm3> {
  #a = 0x7380166f | 0;
  #b = 0x4914b2b9 | 0;
  #c = 0x172442d7 | 0;
  #d = 0xda8a0600 | 0;
  #e = 0xa96f30bc | 0;
  #f = 0x163138aa | 0;
  #g = 0xe38dee4d | 0;
  #h = 0xb0fb0e4e | 0;

  constructor() {
    super(64, 32, 8, false);
  }

  protected get(): [number, number, number, number, number, number, number, number] {
    return [this.#a, this.#b, this.#c, this.#d, this.#e, this.#f, this.#g, this.#h];
  }

  protected set(a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number): void {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#d = d | 0;
    this.#e = e | 0;
    this.#f = f | 0;
    this.#g = g | 0;
    this.#h = h | 0;
  }

  protected process(view: DataView, offset: number): void {
    for (let j = 0; j < 16; j += 1) W[j] = view.getInt32(offset + 4 * j);
    for (let j = 16; j < 68; j += 1) {
      const w3 = W[j - 3]!;
      const w13 = W[j - 13]!;
      const x = W[j - 16]! ^ W[j - 9]! ^ ((w3 << 15) | (w3 >>> 17));
      // P1(x) = x ^ (x <<< 15) ^ (x <<< 23)
      W[j] = x ^ ((x << 15) | (x >>> 17)) ^ ((x << 23) | (x >>> 9)) ^ ((w13 << 7) | (w13 >>> 25)) ^ W[j - 6]!;
    }
    let a = this.#a;
    let b = this.#b;
    let c = this.#c;
    let d = this.#d;
    let e = this.#e;
    let f = this.#f;
    let g = this.#g;
    let h = this.#h;
    // Rounds in two loops and nothing called: this is where a large file spends its time.
    for (let j = 0; j < 16; j += 1) {
      const a12 = (a << 12) | (a >>> 20);
      const sum = (a12 + e + ROUND_CONSTANTS[j]!) | 0;
      const ss1 = (sum << 7) | (sum >>> 25);
      const w = W[j]!;
      const tt1 = ((a ^ b ^ c) + d + (ss1 ^ a12) + (w ^ W[j + 4]!)) | 0;
      const tt2 = ((e ^ f ^ g) + h + ss1 + w) | 0;
      d = c;
      c = (b << 9) | (b >>> 23);
      b = a;
      a = tt1;
      h = g;
      g = (f << 19) | (f >>> 13);
      f = e;
      // P0(x) = x ^ (x <<< 9) ^ (x <<< 17)
      e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
    }
    for (let j = 16; j < 64; j += 1) {
      const a12 = (a << 12) | (a >>> 20);
      const sum = (a12 + e + ROUND_CONSTANTS[j]!) | 0;
      const ss1 = (sum << 7) | (sum >>> 25);
      const w = W[j]!;
      const tt1 = (((a & b) | ((a | b) & c)) + d + (ss1 ^ a12) + (w ^ W[j + 4]!)) | 0;
      const tt2 = ((g ^ (e & (f ^ g))) + h + ss1 + w) | 0;
      d = c;
      c = (b << 9) | (b >>> 23);
      b = a;
      a = tt1;
      h = g;
      g = (f << 19) | (f >>> 13);
      f = e;
      e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
    }
    this.#a ^= a;
    this.#b ^= b;
    this.#c ^= c;
    this.#d ^= d;
    this.#e ^= e;
    this.#f ^= f;
    this.#g ^= g;
    this.#h ^= h;
  }

  protected roundClean(): void {
    W.fill(0);
  }

  destroy(): void {
    this.set(0, 0, 0, 0, 0, 0, 0, 0);
    this.buffer.fill(0);
  }
}
