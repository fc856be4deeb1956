// The manifest: many files as one piece of evidence, in the lines that `sha256sum -c` reads.

import { compareText, decodeUtf8, utf8 } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { decodeHex, encodeHex, quoted } from '../codec/text';

/** One file of a manifest. */
export interface ManifestLine {
  /** Relative path, `/` between its components. */
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A manifest in its one form: sorted by the bytes of the paths, each path once. */
export interface Manifest {
  readonly bytes: Uint8Array;
  readonly lines: readonly ManifestLine[];
}

/** Makes a manifest of files in any order. */
export function buildManifest(files: readonly { path: string; sha256: Uint8Array | string }[]): Manifest {
  const lines = files.map(({ path, sha256 }) => ({
    path,
    sha256: typeof sha256 === 'string' ? sha256 : encodeHex(sha256),
  }));
  lines.sort((one, other) => compareText(one.path, other.path));
  checkLines(lines);
  return { bytes: utf8(lines.map((line) => `${line.sha256}  ${line.path}\n`).join('')), lines };
}

/** Reads a manifest in the one form that `buildManifest` gives it. */
export function parseManifest(bytes: Uint8Array): Manifest {
  const text = decodeUtf8(bytes);
  if (text === null) throw bad('manifest-not-utf8', 'the manifest is not valid UTF-8');
  if (text === '') throw empty();
  if (!text.endsWith('\n')) throw bad('no-final-line-feed', 'the manifest does not end in a line feed');
  const lines = text.slice(0, -1).split('\n').map(parseLine);
  checkLines(lines);
  return { bytes: bytes.slice(), lines };
}

/** Whether a path can stand in a manifest: relative, plain components, no backslash, CR or LF. */
export function isManifestPath(path: string): boolean {
  return !/[\\\r\n]/.test(path) && path.split('/').every((component) => !['', '.', '..'].includes(component));
}

function parseLine(line: string, at: number): ManifestLine {
  const [sha256, gap, path] = [line.slice(0, 64), line.slice(64, 66), line.slice(66)];
  if (decodeHex(sha256, 32) === null || gap !== '  ') {
    throw bad('bad-line', `line ${at + 1}: not 64 lower-case hex digits, two spaces and a path`);
  }
  return { path, sha256 };
}

function checkLines(lines: readonly ManifestLine[]): void {
  if (lines.length === 0) throw empty();
  lines.forEach(({ path }, at) => {
    const before = lines[at - 1]?.path;
    if (!isManifestPath(path)) {
      throw bad('bad-path', `line ${at + 1}: not a relative path of plain components: ${quoted(path)}`);
    }
    if (before === path) throw bad('repeated-path', `the path ${quoted(path)} stands twice`);
    if (before !== undefined && compareText(before, path) > 0) {
      throw bad('out-of-order', `line ${at + 1}: not in the order of the paths' bytes: ${quoted(path)}`);
    }
  });
}

function empty(): NotariumError {
  return bad('empty-manifest', 'the manifest names no file');
}

function bad(code: string, message: string): NotariumError {
  return new NotariumError(code, message);
}
