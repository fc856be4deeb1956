// The checkpoint: a ledger's signed word on how large its tree is and what its root is (C2SP tlog-checkpoint, stricter).

import { equal } from '../codec/bytes';
import { NotariumError, wrapping } from '../codec/error';
import { decodeBase64, encodeBase64, parseDecimal } from '../codec/text';
import { EMPTY_ROOT, MAX_TREE_SIZE, type TreeHead } from '../merkle/hash';
import { checkOrigin } from '../note/name';
import { parseNote, type SignedNote } from '../note/signed';

export interface Checkpoint {
  readonly origin: string;
  readonly head: TreeHead;
}

/** A checkpoint in its signed note, byte for byte as it came. Nothing in it has been believed yet. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: SignedNote;
}

/** Reads a note's text: exactly three lines, each ended by LF. */
export function parseCheckpointBody(text: string): Checkpoint {
  const lines = text.split('\n');
  // What follows the last LF is no line; without a last LF it is one that is not whole.
  const whole = lines.slice(0, -1);
  if (whole.length < 3) {
    throw bad('missing-line', 'the checkpoint has not three whole lines: origin, size and root');
  }
  if (whole.length > 3 || lines[3] !== '') throw bad('extension-lines', 'the checkpoint has extension lines');
  const [origin, sizeLine, rootLine] = whole as [string, string, string];
  wrapping(() => checkOrigin(origin), (error) => bad(error.code, `the checkpoint's origin: ${error.message}`));
  const size = parseDecimal(sizeLine);
  if (size === null || size > MAX_TREE_SIZE) {
    const form = 'a decimal without sign and leading zeros, of 2^63 at most';
    throw bad('bad-size', `the checkpoint's size is not ${form}`);
  }
  const root = decodeBase64(rootLine);
  if (root?.length !== 32) throw bad('bad-root', "the checkpoint's root is not the base64 of 32 bytes");
  if (size === 0n && !equal(root, EMPTY_ROOT)) {
    throw bad('wrong-empty-root', "the checkpoint's size is 0, but its root is not the empty tree's");
  }
  return { origin, head: { size, root } };
}

/** Reads a signed note whose text is a checkpoint. No signature is verified. */
export function parseCheckpoint(bytes: Uint8Array): SignedCheckpoint {
  const note = parseNote(bytes);
  return { note, ...parseCheckpointBody(note.text) };
}

/** The note's text: three lines, the only spelling of a checkpoint. */
export function formatCheckpointBody({ origin, head }: Checkpoint): string {
  return `${origin}\n${head.size}\n${encodeBase64(head.root)}\n`;
}

function bad(code: string, message: string): NotariumError {
  return new NotariumError(code, message);
}
