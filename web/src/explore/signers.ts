// Who signed a checkpoint, and what the policy makes of it: every line judged, and whether the witnesses are enough. Pure.

import {
  NotariumError, attempt, isBy, judgeCheckpoint, parseCheckpoint, posixMillis, utf8, verifyCosignature, verifyLine,
  type Policy, type QuorumCheck, type SignatureLine, type SignedCheckpoint,
} from '../notarium';

/** Whether a signature holds; `unknown`: it is by a key that the policy does not name, so there is nothing to check it with. */
export type Held = 'valid' | 'invalid' | 'unknown';

export interface Signer {
  readonly name: string;
  readonly role: 'ledger' | 'witness' | 'other';
  readonly held: Held;
  /** Milliseconds by the witness's clock, where its cosignature is valid. */
  readonly time: number | null;
  /** Why it does not hold. */
  readonly error: string | null;
}

export interface Signed {
  readonly signers: readonly Signer[];
  readonly quorum: QuorumCheck['outcome'];
}

/** Reads a checkpoint and judges every line of it; throws when it is none. */
export function judgeSigners(checkpoint: string, policy: Policy): Signed {
  const signed = parseCheckpoint(utf8(checkpoint));
  return {
    signers: signed.note.signatures.map((line) => judgeLine(line, signed, policy)),
    quorum: judgeCheckpoint(policy, signed).quorum.outcome,
  };
}

function judgeLine(line: SignatureLine, { note, origin }: SignedCheckpoint, policy: Policy): Signer {
  const log = policy.logs.find(({ key }) => key.name === origin && isBy(line, key));
  if (log) {
    const found = attempt(() => verifyLine(line, note.text, log.key));
    return { name: line.name, role: 'ledger', time: null, ...held(found) };
  }
  const witness = policy.witnesses.find(({ key }) => isBy(line, key));
  if (!witness) return { name: line.name, role: 'other', held: 'unknown', time: null, error: null };
  const found = attempt(() => verifyCosignature(witness.key, note.text, line));
  const time = found instanceof NotariumError ? null : posixMillis(found);
  return { name: line.name, role: 'witness', time, ...held(found) };
}

function held(found: unknown): Pick<Signer, 'held' | 'error'> {
  return found instanceof NotariumError ? { held: 'invalid', error: found.message } : { held: 'valid', error: null };
}
