// What a policy finds when it looks at a signed checkpoint: steps 5 and 6 of docs/formats.md (Verification).
//
// Signatures by keys that the policy does not name are passed over. One by a key that it names and that does not hold spoils
// its step, whatever else is there.

import { NotariumError, attempt } from '../codec/error';
import type { VerifierKey } from '../note/key';
import { isBy, verifyLine } from '../note/signed';
import type { SignedCheckpoint } from './checkpoint';
import { posixMillis, verifyCosignature } from './cosignature';
import { retiredAt, type Policy, type PolicyWitness } from './policy';

/** Whether a log of the policy has signed the checkpoint (step 5). */
export type LogSignature =
  | { readonly outcome: 'valid'; readonly key: VerifierKey }
  | { readonly outcome: 'unknown-key' }
  | { readonly outcome: 'invalid'; readonly key: VerifierKey; readonly error: NotariumError }
  | { readonly outcome: 'origin-mismatch'; readonly key: VerifierKey }
  /** By this key only, which was replaced and retired at that time (milliseconds), and no quorum vouches for a time before. */
  | { readonly outcome: 'retired'; readonly key: VerifierKey; readonly at: number };

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
  const quorum = judgeQuorum(policy, cosignatures);
  return { log: judgeLog(policy, checkpoint, quorum), cosignatures, quorum };
}

/** Whether a log of the policy signed the checkpoint, and the quorum is reached or not required. */
export function passes({ log, quorum }: CheckpointJudgement): boolean {
  return log.outcome === 'valid' && (quorum.outcome === 'not-required' || quorum.outcome === 'reached');
}

/**
 * The greatest time in seconds at which the cosignatures with that time or a later one meet the quorum, each witness counted once by
 * its latest: a quorum says that then it had cosigned no larger tree. One witness that states too late a time cannot raise it alone
 * where the quorum needs more than one. Null unless a log of the policy signed the checkpoint and the quorum is reached.
 */
export function lastSeen(policy: Policy, checkpoint: SignedCheckpoint): bigint | null {
  const { log, cosignatures, quorum } = judgeCheckpoint(policy, checkpoint);
  if (log.outcome !== 'valid' || quorum.outcome !== 'reached') return null;
  const latest = new Map<number, bigint>();
  for (const { place, outcome } of cosignatures) {
    const before = latest.get(place);
    if (typeof outcome === 'bigint' && (before === undefined || outcome > before)) latest.set(place, outcome);
  }
  const times = ascending(latest.values()).reverse();
  const met = times.find((time) => policy.quorumMet((place) => (latest.get(place) ?? -1n) >= time));
  return met ?? null;
}

/** Whether a quorum is reached whose time is before this one, in milliseconds. */
function vouchesBefore(quorum: QuorumCheck, at: number): boolean {
  const vouched = quorum.outcome === 'reached' ? posixMillis(quorum.vouched) : null;
  return vouched !== null && vouched < at;
}

const ascending = (times: Iterable<bigint>): bigint[] => [...times].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));

function judgeLog(policy: Policy, { note, origin }: SignedCheckpoint, quorum: QuorumCheck): LogSignature {
  let [valid, foreign]: (VerifierKey | null)[] = [null, null];
  let retired: { readonly key: VerifierKey; readonly at: number } | null = null;
  for (const line of note.signatures) {
    for (const { key } of policy.logs.filter((log) => isBy(line, log.key))) {
      const error = attempt(() => verifyLine(line, note.text, key));
      if (error instanceof NotariumError) return { outcome: 'invalid', key, error };
      const at = retiredAt(policy, key);
      if (key.name !== origin) foreign ??= key;
      else if (at !== null && !vouchesBefore(quorum, at)) retired ??= { key, at };
      else valid ??= key;
    }
  }
  if (valid) return { outcome: 'valid', key: valid };
  if (retired) return { outcome: 'retired', ...retired };
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
  const times = ascending(earliest.values());
  const metAt = (time: bigint): boolean =>
    policy.quorumMet((place) => {
      const at = earliest.get(place);
      return at !== undefined && at <= time;
    });
  const vouched = times.find(metAt);
  return vouched === undefined ? { outcome: 'not-reached', cosigned: times.length } : { outcome: 'reached', vouched };
}
