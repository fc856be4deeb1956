// Steps 5 and 6: who signed the checkpoint, and who vouches for its time.

import { NotariumError } from '../codec/error';
import type { VerifierKey } from '../note/key';
import type { SignedCheckpoint } from '../trust/checkpoint';
import { judgeCheckpoint, type CheckpointJudgement, type CosignatureCheck } from '../trust/judgement';
import type { Policy } from '../trust/policy';
import { checkpointFacts, type Facts, type KeyFacts, type Vouched } from './facts';
import { say, type Sentence } from './sentence';
import { check, type Check } from './verdict';

/** Steps 5 and 6 when there is no checkpoint. */
export function noCheckpoint(): Check[] {
  return (['log', 'witnesses'] as const).map((step) => check(step, 'not-made', say('no-checkpoint')));
}

/** Steps 5 and 6, by the policy; without one neither is made. */
export function checkCheckpoint(checkpoint: SignedCheckpoint, policy: Policy | null, facts: Facts): Check[] {
  facts.checkpoint = checkpointFacts(checkpoint);
  if (!policy) {
    return (['log', 'witnesses'] as const).map((step) => check(step, 'not-made', say('policy-not-given')));
  }
  const judgement = judgeCheckpoint(policy, checkpoint);
  return [checkLog(judgement, checkpoint.origin, facts), checkWitnesses(judgement, facts)];
}

const keyFacts = ({ name, id }: VerifierKey): KeyFacts => ({ name, id });

/** Step 5: the checkpoint is signed by a log key in the policy, and its origin is that log's. */
function checkLog({ log }: CheckpointJudgement, origin: string, facts: Facts): Check {
  if (log.outcome === 'unknown-key') return check('log', 'not-made', say('log-key-unknown', { origin }));
  const key = { list: [say('key-id', { name: log.key.name, id: log.key.id })] };
  if (log.outcome === 'invalid') {
    return check('log', 'failed', say('log-signature-bad', { key, error: log.error.message, origin }));
  }
  if (log.outcome === 'retired') {
    return check('log', 'not-made', say('log-key-retired', { key, time: { time: log.at }, origin }));
  }
  if (log.outcome === 'origin-mismatch') return check('log', 'failed', say('log-origin-differs', { key, origin }));
  facts.reliedOn.push(keyFacts(log.key));
  return check('log', 'passed', say('log-signed', { key, origin }));
}

/** Step 6: the cosignatures reach the policy's quorum, and none of a witness that it names is bad. */
function checkWitnesses(judgement: CheckpointJudgement, facts: Facts): Check {
  const { quorum, cosignatures } = judgement;
  facts.witnesses = cosignatures.map(({ witness, outcome }) => {
    const time = outcome instanceof NotariumError ? null : outcome;
    return { witness: witness.name, ...keyFacts(witness.key), time, valid: time !== null };
  });
  if (quorum.outcome === 'not-required') {
    facts.times.vouched = { by: 'nobody' };
    return check('witnesses', 'passed', say('no-witness-required'));
  }
  if (quorum.outcome === 'reached') {
    facts.times.vouched = vouchedBy(judgement, quorum.vouched, facts);
    const valid = facts.witnesses.filter((witness) => witness.valid).length;
    return check('witnesses', 'passed', say('quorum-reached', { valid }));
  }
  facts.times.vouched = { by: 'quorum-missing' };
  if (quorum.outcome === 'not-reached') {
    return check('witnesses', 'not-made', say('quorum-not-reached', { valid: quorum.cosigned }));
  }
  return check('witnesses', 'failed', badCosignatures(cosignatures));
}

function badCosignatures(checks: readonly CosignatureCheck[]): Sentence {
  const bad = checks.filter(({ outcome }) => outcome instanceof NotariumError);
  return say('cosignature-bad', { witness: bad.map(({ witness }) => witness.name).join(', ') });
}

/** The time that the quorum vouches for, whose clocks that is, and the keys that it relies on. */
function vouchedBy({ cosignatures }: CheckpointJudgement, noLaterThan: bigint, facts: Facts): Vouched {
  const clocks = new Set<string>();
  for (const { witness, outcome } of cosignatures) {
    if (outcome instanceof NotariumError || outcome > noLaterThan) continue;
    clocks.add(witness.name);
    const { name, id } = witness.key;
    if (!facts.reliedOn.some((key) => key.name === name && key.id === id)) facts.reliedOn.push({ name, id });
  }
  return { by: 'witnesses', noLaterThan, clocks: [...clocks] };
}
