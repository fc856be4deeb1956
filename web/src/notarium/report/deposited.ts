// What a receipt says was deposited, and the remarks on a file that is something else.

import { NotariumError } from '../codec/error';
import { isEvidence } from '../evidence/body';
import { isKnownSuite } from '../evidence/key';
import type { Receipt } from '../ledger/receipt';
import type { Deposited } from './difference';
import { lengthRemark, wouldMatchAfter, type Change } from './remark';
import type { Sentence } from './sentence';

/** What a receipt says was deposited; null where its statement is not understood or deposits no evidence. */
export function depositedOf({ disclosure }: Receipt): Deposited | null {
  const { statement, evidenceSalt } = disclosure;
  if (statement instanceof NotariumError || !isEvidence(statement.body) || !isKnownSuite(statement.key)) return null;
  return { fingerprint: statement.body.fingerprint, salt: evidenceSalt, publicKey: statement.key.publicKey };
}

/** The remarks on a file of `length` bytes that is not what was deposited; `change` as `fittingChange` found it. */
export function differenceRemarks(length: number, { fingerprint }: Deposited, change: Change | null): Sentence[] {
  const lengths = fingerprint.salted ? [] : lengthRemark(length, fingerprint.length);
  return change ? [...lengths, wouldMatchAfter(change)] : lengths;
}
