// The QR code of a document (ISO/IEC 18004), drawn as SVG: entry number and leaf hash, not merely a link.
//
// What a code says has 86 to 101 bytes, so one size does: version 6 with error correction M, bytes as they are.

const SIDE = 41;
const DATA_BYTES = 108;
const BLOCKS = 4;
const CHECK_BYTES = 16;
/** Light modules around the code, as the standard asks. */
const QUIET_ZONE = 4;

/** What the code of an entry says: `notarium entry 4 leaf 6e34...`, readable without any program of ours. */
export function codeContent(index: number, leaf: string): string {
  return `notarium entry ${index} leaf ${leaf}`;
}

/** The code as an SVG element. */
export function codeSvg(content: string): string {
  const side = SIDE + 2 * QUIET_ZONE;
  const path = codeModules(content).flatMap((row, y) =>
    row.map((dark, x) => (dark ? `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h1v1h-1z` : '')),
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges" role="img" ` +
    `aria-label="${content}"><rect width="${side}" height="${side}" fill="#fff"/><path d="${path.join('')}"/></svg>`
  );
}

/** The modules, row by row, true for dark; throws a `RangeError` for more than 106 characters of ASCII. */
export function codeModules(content: string): boolean[][] {
  const drawn = functionPatterns();
  const bits = codewords(content).flatMap((byte) => toBits(byte, 8));
  place(drawn, bits);
  const masked = MASKS.map((mask, number) => withMask(drawn, mask, number));
  const penalties = masked.map(penalty);
  return masked[penalties.indexOf(Math.min(...penalties))]!;
}

function toBits(value: number, width: number): number[] {
  return Array.from({ length: width }, (_, at) => (value >> (width - 1 - at)) & 1);
}

/** Mode, count, content and padding; then the check bytes of each block; both interleaved. */
function codewords(content: string): number[] {
  const bytes = Array.from(content, (character) => character.charCodeAt(0));
  if (bytes.length > DATA_BYTES - 2 || bytes.some((byte) => byte > 0x7f)) throw new RangeError('the content does not fit');
  const bits = [...toBits(0b0100, 4), ...toBits(bytes.length, 8), ...bytes.flatMap((byte) => toBits(byte, 8)), 0, 0, 0, 0];
  const data: number[] = [];
  for (let at = 0; at < bits.length; at += 8) data.push(bits.slice(at, at + 8).reduce((byte, bit) => (byte << 1) | bit, 0));
  for (let pad = 0xec; data.length < DATA_BYTES; pad ^= 0xec ^ 0x11) data.push(pad);
  const each = DATA_BYTES / BLOCKS;
  const blocks = Array.from({ length: BLOCKS }, (_, block) => data.slice(block * each, (block + 1) * each));
  const checks = blocks.map(checkBytes);
  const interleaved = (parts: number[][]): number[] => parts[0]!.flatMap((_, at) => parts.map((part) => part[at]!));
  return [...interleaved(blocks), ...interleaved(checks)];
}

/** A product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function times(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ (product & 0x80 ? 0x11d : 0);
    if ((other >> bit) & 1) product ^= one;
  }
  return product;
}

/** Coefficients of the Reed-Solomon generator, highest first, without the leading 1. */
const GENERATOR = ((): number[] => {
  let found = [1];
  let root = 1;
  for (let degree = 0; degree < CHECK_BYTES; degree += 1) {
    const shifted = [...found, 0];
    found = shifted.map((value, at) => value ^ (at === 0 ? 0 : times(found[at - 1]!, root)));
    root = times(root, 2);
  }
  return found.slice(1);
})();

function checkBytes(block: readonly number[]): number[] {
  let rest = new Array<number>(CHECK_BYTES).fill(0);
  for (const byte of block) {
    const factor = byte ^ rest[0]!;
    rest = [...rest.slice(1), 0].map((value, at) => value ^ times(GENERATOR[at]!, factor));
  }
  return rest;
}

/** Modules as far as they are drawn; null for those that data goes to. */
type Drawn = (boolean | null)[][];

/** Finders with their margins, timing, alignment, and the places of the format, which are light until a mask is chosen. */
function functionPatterns(): Drawn {
  const drawn: Drawn = Array.from({ length: SIDE }, () => new Array<boolean | null>(SIDE).fill(null));
  for (let at = 0; at < SIDE; at += 1) drawn[6]![at] = drawn[at]![6] = at % 2 === 0;
  const square = (centerX: number, centerY: number, reach: number, dark: (ring: number) => boolean): void => {
    for (let y = Math.max(0, centerY - reach); y <= Math.min(SIDE - 1, centerY + reach); y += 1) {
      for (let x = Math.max(0, centerX - reach); x <= Math.min(SIDE - 1, centerX + reach); x += 1) {
        drawn[y]![x] = dark(Math.max(Math.abs(x - centerX), Math.abs(y - centerY)));
      }
    }
  };
  for (const [x, y] of [[3, 3], [SIDE - 4, 3], [3, SIDE - 4]] as const) square(x, y, 4, (ring) => ring !== 2 && ring !== 4);
  square(SIDE - 7, SIDE - 7, 2, (ring) => ring !== 1);
  drawFormat(drawn, 0);
  return drawn;
}

/** The error correction level and the mask, twice, with their check bits; and the module that is always dark. */
function drawFormat(drawn: Drawn, mask: number): void {
  let check = mask;
  for (let step = 0; step < 10; step += 1) check = (check << 1) ^ ((check >> 9) * 0x537);
  // Level M is 00, so the format is the mask's number alone.
  const format = ((mask << 10) | check) ^ 0x5412;
  const set = (x: number, y: number, bit: number): void => {
    drawn[y]![x] = ((format >> bit) & 1) === 1;
  };
  for (let bit = 0; bit < 6; bit += 1) set(8, bit, bit);
  set(8, 7, 6);
  set(8, 8, 7);
  set(7, 8, 8);
  for (let bit = 9; bit < 15; bit += 1) set(14 - bit, 8, bit);
  for (let bit = 0; bit < 8; bit += 1) set(SIDE - 1 - bit, 8, bit);
  for (let bit = 8; bit < 15; bit += 1) set(8, SIDE - 15 + bit, bit);
  drawn[SIDE - 8]![8] = true;
}

/** The free modules in the order of the data: two columns at a time from the right, up and down by turns. */
function* freeModules(drawn: Drawn): Generator<[x: number, y: number]> {
  for (let right = SIDE - 1, up = true; right >= 1; right -= right === 8 ? 3 : 2, up = !up) {
    for (let step = 0; step < SIDE; step += 1) {
      const y = up ? SIDE - 1 - step : step;
      for (const x of [right, right - 1]) if (drawn[y]![x] === null) yield [x, y];
    }
  }
}

/** Which modules hold data, so that masks turn only those. */
const DATA_MODULES = [...freeModules(functionPatterns())];

function place(drawn: Drawn, bits: readonly number[]): void {
  DATA_MODULES.forEach(([x, y], at) => (drawn[y]![x] = bits[at] === 1));
}

type Mask = (x: number, y: number) => boolean;
const MASKS: readonly Mask[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

function withMask(drawn: Drawn, mask: Mask, number: number): boolean[][] {
  const masked = drawn.map((row) => [...row]);
  for (const [x, y] of DATA_MODULES) masked[y]![x] = masked[y]![x] !== mask(x, y);
  drawFormat(masked, number);
  return masked.map((row) => row.map((module) => module === true));
}

/** How hard the code is to read: runs, squares, what looks like a finder, and too much of one colour. */
function penalty(modules: readonly (readonly boolean[])[]): number {
  const rows = modules.map((row) => row.map(Number).join(''));
  const columns = rows.map((_, x) => rows.map((row) => row[x]).join(''));
  const count = (line: string, pattern: RegExp): number => [...line.matchAll(pattern)].length;
  let sum = 0;
  for (const line of [...rows, ...columns]) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
    sum += 40 * (count(line, /(?=00001011101)/g) + count(line, /(?=10111010000)/g));
  }
  for (let y = 0; y + 1 < SIDE; y += 1) {
    for (let x = 0; x + 1 < SIDE; x += 1) {
      if (new Set([rows[y]![x], rows[y]![x + 1], rows[y + 1]![x], rows[y + 1]![x + 1]]).size === 1) sum += 3;
    }
  }
  const dark = count(rows.join(''), /1/g) / (SIDE * SIDE);
  return sum + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}
