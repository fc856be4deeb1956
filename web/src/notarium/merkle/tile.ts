// The names of tiles and entry bundles (C2SP tlog-tiles): exactly one path names a tile.

import { NotariumError } from '../codec/error';

/** How many hashes a full tile has, and how many entries a full bundle. */
export const TILE_WIDTH = 256;
const MAX_LEVEL = 63;
const MAX_U64 = 2n ** 64n - 1n;

/** A tile, or an entry bundle (level "entries"); below 256 the width is that of a partial one. */
export interface TileId {
  readonly level: number | 'entries';
  readonly index: bigint;
  readonly width: number;
}

/** As much as a tree of this size has of the tile at a level and index; `null` when it has nothing of it. */
export function tileAt(level: number | 'entries', index: bigint, size: bigint): TileId | null {
  const hashes = level === 'entries' ? size : size >> BigInt(8 * level);
  const rest = hashes - index * BigInt(TILE_WIDTH);
  if (rest <= 0n) return null;
  return { level, index, width: rest < BigInt(TILE_WIDTH) ? Number(rest) : TILE_WIDTH };
}

/** The path under a log's prefix, such as `tile/0/x001/x234/067.p/5`. */
export function tilePath({ level, index, width }: TileId): string {
  const digits = index.toString();
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/.{3}/g)!.map((group, at, all) => (at + 1 < all.length ? `x${group}` : group));
  return `tile/${level}/${groups.join('/')}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

/** Reads a path as `tilePath` writes it, and only that. */
export function parseTilePath(path: string): TileId {
  const entries = path.startsWith('tile/entries/');
  const rest = path.startsWith('tile/') ? path.slice(5) : null;
  const cut = rest?.indexOf('/') ?? -1;
  if (rest === null || cut < 0) {
    throw bad('bad-tile-prefix', 'a tile\'s path begins with "tile/" and a level, a bundle\'s with "tile/entries/"');
  }
  const level = entries ? 'entries' : shortNumber(rest.slice(0, cut));
  if (level === null || (level !== 'entries' && level > MAX_LEVEL)) {
    throw bad('bad-tile-level', "the level in a tile's path is a number from 0 to 63 without leading zeros");
  }
  const place = rest.slice(cut + 1);
  const partial = place.indexOf('.p/');
  if (partial < 0) return { level, index: parseIndex(place), width: TILE_WIDTH };
  const width = shortNumber(place.slice(partial + 3));
  if (width === null || width === 0) {
    throw bad('bad-tile-width', 'the width of a partial tile is a number from 1 to 255 without leading zeros');
  }
  return { level, index: parseIndex(place.slice(0, partial)), width };
}

function parseIndex(text: string): bigint {
  if (!/^(x\d{3}\/)*\d{3}$/.test(text) || text.startsWith('x000')) {
    throw bad('bad-tile-index', "the index in a tile's path is groups of three digits, like 067 or x001/x234/067");
  }
  const index = BigInt(text.replace(/[x/]/g, ''));
  if (index > MAX_U64) throw bad('tile-index-too-large', "the index in a tile's path is above 2^64 - 1");
  return index;
}

function shortNumber(text: string): number | null {
  return /^(0|[1-9]\d{0,2})$/.test(text) && Number(text) <= 255 ? Number(text) : null;
}

function bad(code: string, message: string): NotariumError {
  return new NotariumError(code, message);
}
