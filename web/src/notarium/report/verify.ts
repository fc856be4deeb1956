// The eight steps of docs/formats.md, "Verification", in order, and the report that they make.
//
// Every step is made as far as it can be made, whatever the others say: an entry of an unknown version still has its leaf
// hashed and its path followed. Pure: the evidence comes in as digests, trust as a policy, time as a number.

import { utf8 } from '../codec/bytes';
import { NotariumError, attempt } from '../codec/error';
import { encodeHex } from '../codec/text';
import { sha256, type Digests } from '../crypto/digest';
import { parseReceipt, type Receipt } from '../ledger/receipt';
import { followRotations } from '../ledger/rotation';
import { verifyInclusion } from '../merkle/proof';
import type { SignedCheckpoint } from '../trust/checkpoint';
import type { Policy } from '../trust/policy';
import { checkCheckpoint, noCheckpoint } from './checkpoint';
import { beforeLedger, digestFacts, noFacts, type Facts, type LedgerSide } from './facts';
import type { FolderDifference } from './folder';
import { noEarlier } from './interval';
import { keySummary } from './key';
import type { Member } from './member';
import { say, type Sentence } from './sentence';
import { checkStatement, noStatement } from './statement';
import { and, check, verdictMeaning, verdictOfReceipt, type Check, type Verdict } from './verdict';
import type { Word } from './words';

/** Who verified, when and with what; the names are for people, the digests tie the report to its inputs. */
export interface Provenance {
  readonly software: string;
  readonly verifiedBy: string | null;
  /** Milliseconds by the verifier's clock. */
  readonly verifiedAt: number | null;
  readonly evidence: string | null;
  readonly receipt: string | null;
  readonly receiptSha256: string | null;
  readonly policy: string | null;
  readonly policySha256: string | null;
}

/** What is verified, and with what. All but the receipt may be left out, and then its steps are not made. */
export interface Inputs {
  readonly receipt: Uint8Array | string;
  /** Both digests and the length of the evidence as it is at hand. */
  readonly evidence?: Digests | null;
  /** Where the evidence is the manifest of a folder that is at hand: how the folder differs from it. */
  readonly folder?: FolderDifference | null;
  /** Where the evidence is the manifest of a package, and one file of it is shown: that file. */
  readonly member?: Member | null;
  readonly policy?: Policy | null;
  /**
   * Receipts of rotations: they lead from a key of the policy to those that have replaced it, and say since when one is retired. One
   * that does not count makes `verifyReceipt` throw its `RotationError`: with it nothing is verified.
   */
  readonly rotations?: readonly Receipt[];
  /** A checkpoint of the ledger from before the entry, which bounds its time from below if the quorum has cosigned it too. */
  readonly without?: SignedCheckpoint | null;
  readonly ledger?: LedgerSide | null;
  readonly remarks?: readonly Sentence[];
  readonly provenance?: Partial<Provenance>;
}

/** A verdict with everything it rests on. */
export interface Report {
  readonly verdict: Verdict;
  readonly meaning: Sentence;
  /** On a match that the data was not altered after deposit; else nothing. */
  readonly proves: Word | null;
  readonly checks: readonly Check[];
  readonly remarks: readonly Sentence[];
  readonly facts: Readonly<Facts>;
  readonly provenance: Provenance;
}

/** What a match does not prove: printed in every report, whatever its verdict. */
export const NOT_PROVED: readonly Word[] = [
  'not-true',
  'not-author',
  'not-first',
  'not-holder',
  'not-before',
  'not-complete',
  'not-lawful',
  'not-lookalike',
  'not-finer',
  'not-collusion',
];

/** Verifies a receipt: every step that can be made is made and reported, and the verdict follows from them. */
export function verifyReceipt(inputs: Inputs): Report {
  const bytes = typeof inputs.receipt === 'string' ? utf8(inputs.receipt) : inputs.receipt;
  const { evidence = null, remarks = [], rotations = [], without = null } = inputs;
  const policy = inputs.policy ? followRotations(inputs.policy, rotations) : null;
  const facts = noFacts();
  facts.ledger = inputs.ledger ?? null;
  facts.evidence.computed = evidence && digestFacts(evidence);
  facts.evidence.folder = inputs.folder ?? null;
  facts.evidence.member = inputs.member ?? null;
  const receipt = attempt(() => parseReceipt(bytes));
  const checks =
    receipt instanceof NotariumError
      ? withoutReceipt(say('receipt-not-parsed', { code: receipt.code, error: receipt.message }), facts)
      : checkReceipt(receipt, evidence, policy, facts);
  if (without && !(receipt instanceof NotariumError)) {
    facts.times.noEarlier = noEarlier(without, receipt, policy, facts.times.vouched);
  }
  facts.beforeLedger = beforeLedger(facts.details);
  const verdict = verdictOfReceipt(checks);
  return {
    verdict,
    meaning: verdictMeaning(verdict, checks),
    proves: verdict === 'match' ? 'proves-text' : null,
    checks,
    remarks,
    facts,
    provenance: {
      software: 'notarium',
      verifiedBy: null,
      verifiedAt: null,
      evidence: null,
      receipt: null,
      policy: null,
      ...inputs.provenance,
      receiptSha256: encodeHex(sha256(bytes)),
      policySha256: policy && encodeHex(sha256(policy.bytes)),
    },
  };
}

/** All eight steps over a receipt that parses. */
function checkReceipt(receipt: Receipt, evidence: Digests | null, policy: Policy | null, facts: Facts): Check[] {
  const { disclosure } = receipt;
  const { entry } = disclosure;
  const index = entry instanceof NotariumError ? receipt.index : entry.index;
  facts.entry = { index, leaf: encodeHex(disclosure.leaf) };
  if (!(entry instanceof NotariumError)) facts.times.admitted = entry.time;
  const ofStatement =
    entry instanceof NotariumError
      ? noStatement(say('entry-not-understood', { error: entry.message }), disclosure)
      : checkStatement(disclosure, evidence, facts);
  return [
    checkIndex(receipt),
    ...ofStatement,
    ...checkCheckpoint(receipt.checkpoint, policy, facts),
    checkInclusion(receipt),
    checkLedger(facts),
  ];
}

/** Step 1: the receipt parses, and its index line equals the entry's index. */
function checkIndex({ index, disclosure: { entry } }: Receipt): Check {
  if (entry instanceof NotariumError) {
    return check('receipt', 'not-made', say('entry-not-understood', { error: entry.message }));
  }
  return entry.index === index
    ? check('receipt', 'passed', say('index-equal', { index }))
    : check('receipt', 'failed', say('index-differs', { line: index, entry: entry.index }));
}

/** Step 7: index < size, and the path leads from the leaf hash to the root. */
function checkInclusion({ index, hashes, disclosure, checkpoint: { head } }: Receipt): Check {
  const values = { hashes: hashes.length, index, size: head.size };
  if (BigInt(index) >= head.size) return check('inclusion', 'failed', say('index-beyond-size', values));
  const error = attempt(() => verifyInclusion(BigInt(index), disclosure.leaf, hashes, head));
  return error instanceof NotariumError
    ? check('inclusion', 'failed', say('path-wrong', { ...values, error: error.message }))
    : check('inclusion', 'passed', say('path-leads', values));
}

/** Step 8: what the caller found where the ledger or a replayed copy was at hand. */
function checkLedger({ ledger: side, entry }: Facts): Check {
  if (!side) return check('ledger', 'not-made', say('ledger-not-at-hand'));
  const source =
    side.replayed === null
      ? say('ledger-asked', { source: side.source })
      : say('ledger-replayed', { size: side.replayed, source: side.source });
  const earlier = side.earlier ? say('earlier-deposits', { count: side.earlier.length }) : say('earlier-not-applicable');
  const made = side.key.standing === 'not-checked' ? 'not-made' : 'passed';
  const key = keySummary(side.key, entry?.index ?? Infinity);
  const asked = key.reduce((whole, said) => and(whole, made, said), check('ledger', 'passed', source));
  const whole = and(asked, 'passed', earlier);
  return side.partial.length === 0 ? whole : and(whole, 'passed', say('partial-hits', { count: side.partial.length }));
}

/** All eight steps when there is no receipt to make them on: none is made. */
function withoutReceipt(why: Sentence, facts: Facts): Check[] {
  return [
    check('receipt', 'not-made', why),
    ...(['evidence', 'signature', 'disclosure'] as const).map((step) => check(step, 'not-made', say('no-entry'))),
    ...noCheckpoint(),
    check('inclusion', 'not-made', say('no-entry')),
    checkLedger(facts),
  ];
}
