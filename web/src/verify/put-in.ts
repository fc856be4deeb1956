// What was put in, sorted: receipts by their first line, folders as packages, everything else as evidence.

import type { FoundFile } from '../hashing';
import { MAX_RECEIPT_BYTES, decodeUtf8 } from '../notarium';

/** A file, a receipt with its bytes, or a folder with its files. */
export type PutIn =
  | { readonly kind: 'file'; readonly key: string; readonly file: File }
  | { readonly kind: 'receipt'; readonly key: string; readonly file: File; readonly bytes: Uint8Array }
  | { readonly kind: 'folder'; readonly key: string; readonly files: readonly FoundFile[] };

/** What is named a receipt and is larger is none, and may be too large to read. */
const MAX_NAMED_BYTES = 4 * MAX_RECEIPT_BYTES;

const RECEIPT_START = 'c2sp.org/tlog-proof@v';

/** Sorts what was dropped or chosen. A folder that holds receipts of its own files is a heap of files, not a package. */
export async function sortFound(found: readonly FoundFile[]): Promise<PutIn[]> {
  const loose = found.filter((one) => one.folder === null);
  const folders = new Map<string, FoundFile[]>();
  for (const one of found) {
    if (one.folder !== null) folders.set(one.folder, [...(folders.get(one.folder) ?? []), one]);
  }
  const sorted: PutIn[] = [];
  for (const one of loose) sorted.push(await sortFile(one.path, one.file));
  for (const [name, files] of folders) {
    if (!holdsItsOwnReceipts(files)) {
      sorted.push({ kind: 'folder', key: name, files });
      continue;
    }
    const packages = packagesIn(files);
    const inside = new Set(packages.flatMap((one) => one.files.map(({ file }) => file)));
    sorted.push(...packages);
    for (const one of files) if (!inside.has(one.file)) sorted.push(await sortFile(one.path, one.file));
  }
  return sorted;
}

function holdsItsOwnReceipts(files: readonly FoundFile[]): boolean {
  const paths = new Set(files.map((one) => one.path));
  return files.some((one) => paths.has(`${one.path}.receipt`));
}

/** The folders F of a heap whose manifest `F.sha256` lies beside them: packages, each with the paths below F. */
function packagesIn(files: readonly FoundFile[]): Extract<PutIn, { kind: 'folder' }>[] {
  const manifests = files.filter(({ path }) => path.endsWith('.sha256'));
  return manifests.flatMap(({ path }) => {
    const key = path.slice(0, -'.sha256'.length);
    const below = files.filter((one) => one.path.startsWith(`${key}/`));
    const inside = below.map((one) => ({ ...one, path: one.path.slice(key.length + 1) }));
    return inside.length === 0 ? [] : [{ kind: 'folder' as const, key, files: inside }];
  });
}

async function sortFile(key: string, file: File): Promise<PutIn> {
  const start = await file.slice(0, RECEIPT_START.length).arrayBuffer();
  const named = file.name.endsWith('.receipt');
  const begins = decodeUtf8(new Uint8Array(start)) === RECEIPT_START;
  if ((named || begins) && file.size <= MAX_NAMED_BYTES) {
    return { kind: 'receipt', key, file, bytes: new Uint8Array(await file.arrayBuffer()) };
  }
  return { kind: 'file', key, file };
}
