// How a folder differs from its manifest: the part of step 2 that is about a package's files.

import { compareText } from '../codec/bytes';
import type { Manifest } from '../evidence/manifest';
import { say, type Sentence } from './sentence';
import type { Outcome } from './verdict';

/** Every path is in one of the lists, or among the same. */
export interface FolderDifference {
  readonly same: number;
  /** Paths of the manifest whose file has other bytes now. */
  readonly changed: readonly string[];
  /** Paths of the manifest without a file, whose bytes are nowhere else in the folder either. */
  readonly missing: readonly string[];
  /** Files that the manifest does not have, by path or by bytes. */
  readonly added: readonly string[];
  /** Files that stand under another path now. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
}

export function isSameFolder({ changed, missing, added, renamed }: FolderDifference): boolean {
  return changed.length + missing.length + added.length + renamed.length === 0;
}

/** Compares two manifests: the one deposited and that of the folder as it is now. */
export function folderDifference(deposited: Manifest, now: Manifest): FolderDifference {
  const before = new Set(deposited.lines.map((line) => line.path));
  const found = new Map(now.lines.map((line) => [line.path, line.sha256]));
  const appeared = new Map<string, string[]>();
  for (const { path, sha256 } of now.lines) {
    if (!before.has(path)) appeared.set(sha256, [...(appeared.get(sha256) ?? []), path]);
  }
  let same = 0;
  const [changed, missing]: [string[], string[]] = [[], []];
  const renamed: { from: string; to: string }[] = [];
  for (const { path, sha256 } of deposited.lines) {
    const digest = found.get(path);
    const to = digest === undefined ? appeared.get(sha256)?.shift() : undefined;
    if (digest === sha256) same += 1;
    else if (digest !== undefined) changed.push(path);
    else if (to !== undefined) renamed.push({ from: path, to });
    else missing.push(path);
  }
  return { same, changed, missing, added: [...appeared.values()].flat().sort(compareText), renamed };
}

/** What step 2 says of it, once the manifest itself has been compared with the deposit. */
export function judgeFolder(folder: FolderDifference): [Outcome, Sentence] {
  if (isSameFolder(folder)) return ['passed', say('folder-equal', { count: folder.same })];
  const counts = {
    changed: folder.changed.length,
    missing: folder.missing.length,
    added: folder.added.length,
    renamed: folder.renamed.length,
  };
  return ['failed', say('folder-differs', counts)];
}
