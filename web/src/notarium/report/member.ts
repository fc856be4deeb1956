// One file of a package, shown with the package's manifest and the receipt for the manifest: its part of step 2.

import type { Manifest } from '../evidence/manifest';
import { say, type Sentence } from './sentence';
import type { Outcome } from './verdict';

/** A file, and what the manifest has for it. */
export interface Member {
  /** The file's name here; not where it lies, which differs from one verifier to the next. */
  readonly file: string;
  readonly sha256: string;
  /** Path that the manifest lists this SHA-256 for; null when it lists none. */
  readonly listedAs: string | null;
  /** True when the file's name here ends in that path. */
  readonly sameName: boolean;
  /** When it is not listed: the path that it should have in the manifest, and the SHA-256 that stands there. */
  readonly expected: { readonly path: string; readonly sha256: string } | null;
}

/** What a manifest has for a file with this name (a path, `/` between its components) and SHA-256 in hex. */
export function memberOf(manifest: Manifest, file: string, sha256: string): Member {
  const paths = manifest.lines.filter((line) => line.sha256 === sha256).map((line) => line.path);
  const listedAs = placeOf(paths, file);
  const itsLine = manifest.lines.find(({ path }) => endsWith(file, path) || lastName(path) === lastName(file));
  return {
    file: lastName(file),
    sha256,
    listedAs,
    sameName: listedAs !== null && endsWith(file, listedAs),
    expected: listedAs === null && itsLine ? { path: itsLine.path, sha256: itsLine.sha256 } : null,
  };
}

/** The path that the name is or ends in (the longest says most), else one of the same name, else the first. */
function placeOf(paths: readonly string[], file: string): string | null {
  const fitting = paths.filter((path) => endsWith(file, path)).sort((one, other) => other.length - one.length);
  return fitting[0] ?? paths.find((path) => lastName(path) === lastName(file)) ?? paths[0] ?? null;
}

const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const endsWith = (file: string, path: string): boolean => `/${file}`.endsWith(`/${path}`);

/** What step 2 says of it, once the manifest itself has been compared with the deposit. */
export function judgeMember({ file, listedAs, sameName, expected }: Member): [Outcome, Sentence] {
  if (listedAs !== null && sameName) return ['passed', say('member-listed', { path: listedAs })];
  if (listedAs !== null) return ['passed', say('member-renamed', { path: listedAs, name: file })];
  if (expected) return ['failed', say('member-changed', { path: expected.path, sha256: expected.sha256 })];
  return ['failed', say('member-not-listed')];
}
