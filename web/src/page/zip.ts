// A ZIP archive without compression (APPNOTE 6.3.3), so that many receipts are one download. Names are UTF-8.

import { concat, utf8 } from '../notarium';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Little-endian numbers, each with its width in bytes. */
function fields(...values: readonly (readonly [value: number, width: 2 | 4])[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, [, width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, width] of values) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}

/** 1980-01-01: a receipt's own time is inside it. */
const DATE = 0x0021;
const UTF8_NAMES = 0x0800;

/** The archive; fewer than 65,536 files, less than 4 GiB. */
export function zip(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Uint8Array {
  const [parts, directory]: [Uint8Array[], Uint8Array[]] = [[], []];
  let offset = 0;
  for (const file of files) {
    const [name, size] = [utf8(file.name), file.bytes.length];
    const common = fields([20, 2], [UTF8_NAMES, 2], [0, 2], [0, 2], [DATE, 2], [crc32(file.bytes), 4], [size, 4], [size, 4], [name.length, 2], [0, 2]);
    const local = concat(fields([0x04034b50, 4]), common, name);
    const attributes = fields([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
    directory.push(concat(fields([0x02014b50, 4], [20, 2]), common, attributes, name));
    parts.push(local, file.bytes);
    offset += local.length + size;
  }
  const listed = concat(...directory);
  const count = files.length;
  const end = fields([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [listed.length, 4], [offset, 4], [0, 2]);
  return concat(...parts, listed, end);
}
