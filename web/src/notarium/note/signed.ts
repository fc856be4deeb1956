// The signed note (C2SP signed-note): the text that was signed, kept as it came, and the signature lines under it.

import { decodeUtf8, utf8, validUtf8 } from '../codec/bytes';
import { NotariumError, wrapping } from '../codec/error';
import { codePoint, decodeBase64, encodeBase64, encodeHex } from '../codec/text';
import { concat } from '../codec/bytes';
import { verifySignature } from '../crypto/ed25519';
import { LOG_KEY, type VerifierKey } from './key';
import { checkKeyName } from './name';

/** Longest note, in bytes. */
export const MAX_NOTE_BYTES = 1_000_000;
/** Most signature lines in a note. */
export const MAX_SIGNATURES = 100;

/** An em dash and a space. */
const PREFIX = '\u2014 ';

/** A line is kept whatever its key: the bytes after the key id belong to a type that may not be known here. */
export interface SignatureLine {
  readonly name: string;
  /** Eight hex digits. */
  readonly id: string;
  readonly signature: Uint8Array;
}

/** Reads a signature line, without its LF. */
export function parseSignatureLine(line: string): SignatureLine {
  if (!line.startsWith(PREFIX)) throw bad('missing-dash', 'no em dash and space at its start');
  const rest = line.slice(PREFIX.length);
  const space = rest.indexOf(' ');
  if (space < 0) throw bad('missing-signature', 'no space between key name and signature');
  const name = rest.slice(0, space);
  checkKeyName(name);
  const bytes = decodeBase64(rest.slice(space + 1));
  if (bytes === null) throw bad('bad-signature-base64', 'the signature is not base64');
  if (bytes.length < 5) {
    throw bad('signature-too-short', `the signature has ${bytes.length} bytes, key id included: fewer than 5`);
  }
  return { name, id: encodeHex(bytes.subarray(0, 4)), signature: bytes.slice(4) };
}

export function formatSignatureLine({ name, id, signature }: SignatureLine): string {
  const keyId = Uint8Array.from(id.match(/../g)!, (digits) => Number.parseInt(digits, 16));
  return `${PREFIX}${name} ${encodeBase64(concat(keyId, signature))}`;
}

/** Whether a line claims to be by this key: same name and same id. It says nothing of the signature. */
export function isBy(line: SignatureLine, key: VerifierKey): boolean {
  return line.name === key.name && line.id === key.id;
}

/** Verifies a line as a signature of type 01 over a note's text. */
export function verifyLine(line: SignatureLine, text: string, key: VerifierKey): void {
  if (!isBy(line, key) || key.type !== LOG_KEY || line.signature.length !== 64) {
    throw bad('mismatch', 'the signature does not fit key and message');
  }
  verifySignature(key.publicKey, utf8(text), line.signature);
}

export interface SignedNote {
  /** The whole note. */
  readonly note: string;
  /** What was signed, its last LF included. */
  readonly text: string;
  /** 1 to `MAX_SIGNATURES` lines, in the note's order. */
  readonly signatures: readonly SignatureLine[];
}

/** Reads a note; the last empty line separates text and signatures. No signature is verified. */
export function parseNote(bytes: Uint8Array): SignedNote {
  if (bytes.length > MAX_NOTE_BYTES) {
    throw bad('note-too-large', `the note has ${bytes.length} bytes, more than ${MAX_NOTE_BYTES}`);
  }
  const note = decodeUtf8(bytes);
  if (note === null) throw bad('note-not-utf8', `the note is not valid UTF-8 after byte ${validUtf8(bytes)}`);
  const control = bytes.findIndex((byte) => byte < 0x20 && byte !== 0x0a);
  if (control >= 0) {
    const character = codePoint(String.fromCharCode(bytes[control]!));
    throw bad('control-character', `the note holds the control character ${character} at byte ${control}`);
  }
  if (!note.endsWith('\n')) throw bad('missing-last-line-feed', 'the note does not end in a line feed');
  const emptyLine = note.lastIndexOf('\n\n');
  if (emptyLine < 0) throw bad('missing-empty-line', 'no text before an empty line and signatures');
  if (emptyLine + 2 > note.length - 1) throw bad('missing-signatures', 'the note has no signatures');
  const lines = note.slice(emptyLine + 2, -1).split('\n');
  return { note, text: note.slice(0, emptyLine + 1), signatures: parseSignatures(lines) };
}

function parseSignatures(lines: readonly string[]): SignatureLine[] {
  return lines.map((line, at) => {
    if (at === MAX_SIGNATURES) throw bad('too-many-signatures', `the note has more than ${MAX_SIGNATURES} signatures`);
    const wrap = (error: NotariumError): NotariumError =>
      bad(error.code, `signature line ${at + 1}: ${error.message}`);
    return wrapping(() => parseSignatureLine(line), wrap);
  });
}

/** Verifies the signatures of known keys of type 01, and gives those keys, each once; any that fails spoils the note. */
export function openNote(note: SignedNote, known: readonly VerifierKey[]): VerifierKey[] {
  const cosigner = known.find((key) => key.type !== LOG_KEY);
  if (cosigner) throw bad('not-a-note-key', `${cosigner.name} cosigns checkpoints and signs no notes`);
  const signers = new Set<VerifierKey>();
  for (const line of note.signatures) {
    for (const key of known.filter((candidate) => isBy(line, candidate))) {
      const wrap = (error: NotariumError): NotariumError =>
        bad('known-key-fails', `the signature by ${key.name} (key ${key.id}) does not hold: ${error.message}`);
      wrapping(() => verifyLine(line, note.text, key), wrap);
      signers.add(key);
    }
  }
  if (signers.size === 0) throw bad('no-known-signature', 'no signature by a known key');
  return [...signers];
}

function bad(code: string, message: string): NotariumError {
  return new NotariumError(code, message);
}
