// What a policy finds when it looks at a signed checkpoint: steps 5 and 6 of docs/formats.md (Verification).
//
// Signatures by keys that the policy does not name are passed over. One by a key that it names and that does not hold spoils
// its step, whatever else is there.

import { NotariumError, attempt } from '../codec/error';
import type { VerifierKey } from '../note/key';
import { isBy, verifyLine } from '../note/signed';
import type { SignedCheckpoint } from './checkpoint';
import { verifyCosignature } from './cosignature';
import type { Policy, PolicyWitness } from './policy';

/** Whether a log of the policy has signed the checkpoint (step 5). */
export type LogSignature =
  | { readonly outcome: 'valid'; readonly key: VerifierKey }
  | { readonly outcome: 'unknown-key' }
  | { readonly outcome: 'invalid'; readonly key: VerifierKey; readonly error: NotariumError }
  | { readonly outcome: 'origin-mismatch'; readonly key: VerifierKey };

/** One cosignature by a witness of the policy. */
export interface CosignatureCheck {
  readonly witness: PolicyWitness;
  /** Its place in the policy. */
  readonly place: number;
  /** The time that it vouches for, in seconds, or why it does not hold. */
  readonly outcome: bigint | NotariumError;
}

/** Whether enough witnesses vouch for the checkpoint (step 6). */
export type QuorumCheck =
  | { readonly outcome: 'not-required' }
  | { readonly outcome: 'reached'; readonly vouched: bigint }
  | { readonly outcome: 'not-reached'; readonly cosigned: number }
  | { readonly outcome: 'invalid' };

export interface CheckpointJudgement {
  readonly log: LogSignature;
  /** In the note's order, repeated ones too. */
  readonly cosignatures: readonly CosignatureCheck[];
  readonly quorum: QuorumCheck;
}

/** Looks at every signature of the checkpoint and says what the policy makes of it. */
export function judgeCheckpoint(policy: Policy, checkpoint: SignedCheckpoint): CheckpointJudgement {
  const cosignatures = judgeCosignatures(policy, checkpoint);
  return { log: judgeLog(policy, checkpoint), cosignatures, quorum: judgeQuorum(policy, cosignatures) };
}

function judgeLog(policy: Policy, { note, origin }: SignedCheckpoint): LogSignature {
  let [valid, foreign]: (VerifierKey | null)[] = [null, null];
  for (const line of note.signatures) {
    for (const { key } of policy.logs.filter((log) => isBy(line, log.key))) {
      const error = attempt(() => verifyLine(line, note.text, key));
      if (error instanceof NotariumError) return { outcome: 'invalid', key, error };
      if (key.name === origin) valid ??= key;
      else foreign ??= key;
    }
  }
  if (valid) return { outcome: 'valid', key: valid };
  return foreign ? { outcome: 'origin-mismatch', key: foreign } : { outcome: 'unknown-key' };
}

function judgeCosignatures(policy: Policy, { note }: SignedCheckpoint): CosignatureCheck[] {
  return note.signatures.flatMap((line) =>
    policy.witnesses.flatMap((witness, place) => {
      if (!isBy(line, witness.key)) return [];
      return [{ witness, place, outcome: attempt(() => verifyCosignature(witness.key, note.text, line)) }];
    }),
  );
}

function judgeQuorum(policy: Policy, checks: readonly CosignatureCheck[]): QuorumCheck {
  // The earliest good cosignature of each witness: a repeated one adds nothing.
  const earliest = new Map<number, bigint>();
  for (const { place, outcome } of checks) {
    if (outcome instanceof NotariumError) return { outcome: 'invalid' };
    const before = earliest.get(place);
    if (before === undefined || outcome < before) earliest.set(place, outcome);
  }
  if (!policy.needsWitnesses) return { outcome: 'not-required' };
  const times = [...earliest.values()].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  const metAt = (time: bigint): boolean =>
    policy.quorumMet((place) => {
      const at = earliest.get(place);
      return at !== undefined && at <= time;
    });
  const vouched = times.find(metAt);
  return vouched === undefined ? { outcome: 'not-reached', cosigned: times.length } : { outcome: 'reached', vouched };
}
