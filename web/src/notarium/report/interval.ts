// The lower end of the interval: a cosigned checkpoint that does not hold the entry yet.
//
// It bounds when the entry came into the tree that witnesses cosigned, by their clocks. Both ends need the policy's quorum: that no
// honest witnesses cosign two histories is what makes the smaller tree the beginning of the larger. It changes no verdict.

import type { Receipt } from '../ledger/receipt';
import type { SignedCheckpoint } from '../trust/checkpoint';
import { formatPosix } from '../trust/cosignature';
import { judgeCheckpoint, lastSeen } from '../trust/judgement';
import type { Policy } from '../trust/policy';
import type { NoEarlier, Vouched } from './facts';
import { say } from './sentence';

/** What `without` says of the time of the receipt's entry; asked after steps 5 and 6 have been made. */
export function noEarlier(without: SignedCheckpoint, receipt: Receipt, policy: Policy | null, vouched: Vouched): NoEarlier {
  const nobody = (...said: Parameters<typeof say>): NoEarlier => ({ by: 'nobody', why: say(...said) });
  const { size } = without.head;
  if (without.origin !== receipt.checkpoint.origin) return nobody('no-earlier-other-ledger');
  if (BigInt(receipt.index) < size) return nobody('no-earlier-covers', { size });
  if (!policy || vouched.by !== 'witnesses') return nobody('no-earlier-no-later');
  const time = lastSeen(policy, without);
  if (time === null) return nobody('no-earlier-no-quorum');
  if (time > vouched.noLaterThan) return nobody('no-earlier-contradicts', { time: formatPosix(time) });
  const clocks = new Set<string>();
  for (const { witness, outcome } of judgeCheckpoint(policy, without).cosignatures) {
    if (typeof outcome === 'bigint' && outcome >= time) clocks.add(witness.name);
  }
  return { by: 'witnesses', noEarlierThan: time, size, clocks: [...clocks] };
}
