// What receipts of rotations prove of a log's keys, to whoever trusts one of them (docs/formats.md, "Rotations at hand").
//
// A rotation is signed by the key that is replaced and consented to by the one that replaces it. So trust goes on from a key to the
// next, and what is known of the one before, its retirement, comes along.

import { equal } from '../codec/bytes';
import { NotariumError, wrapping } from '../codec/error';
import { MAX_TIME } from '../codec/time';
import { isRotate } from '../evidence/body';
import { isKnownSuite } from '../evidence/key';
import { verifyStatement } from '../evidence/statement';
import { verifyInclusion } from '../merkle/proof';
import { LOG_KEY, formatVerifierKey, newVerifierKey, type VerifierKey } from '../note/key';
import { judgeCheckpoint, passes } from '../trust/judgement';
import { trustsLog, withLogs, withRetired, type Policy } from '../trust/policy';
import type { Receipt } from './receipt';

/** Why a receipt does not prove a rotation that the policy can follow, and which one it is. */
export class RotationError extends NotariumError {
  constructor(
    code: 'not-a-rotation' | 'does-not-hold' | 'unrelated' | 'not-trusted' | 'contradicted',
    message: string,
    /** Its place among those that were given, from 0. */
    readonly place: number,
  ) {
    super(code, message);
  }
}

/** A rotation whose own signatures and path hold. */
interface Proven {
  readonly receipt: Receipt;
  readonly id: Uint8Array;
  /** Leaf hash of its ledger's entry 0. */
  readonly ledger: Uint8Array;
  readonly old: VerifierKey;
  readonly next: VerifierKey;
  /** Milliseconds. */
  readonly retired: number;
}

/** Whether the receipt is of an entry that says to replace a ledger's key; nothing of it is verified. */
export function isRotationReceipt({ disclosure: { statement } }: Receipt): boolean {
  return !(statement instanceof NotariumError) && isRotate(statement.body);
}

/**
 * The policy with what these receipts prove: the keys that lead on from those which it names or lead to them, and the retirement of
 * each that was replaced. Throws a `RotationError` for the first receipt that proves nothing.
 */
export function followRotations(policy: Policy, receipts: readonly Receipt[]): Policy {
  const proven: Proven[] = [];
  receipts.forEach((receipt, place) => {
    const next = prove(receipt, place);
    if (proven.some((one) => contradicts(one, next))) {
      const message = 'another rotation replaces or names the same key: the ledger has signed two histories';
      throw new RotationError('contradicted', message, place);
    }
    proven.push(next);
  });
  const known = withKeys(policy, proven);
  proven.forEach(({ receipt, old, next }, place) => {
    if (!trustsLog(known, old)) {
      const keys = `${formatVerifierKey(old)} by ${formatVerifierKey(next)}`;
      const message = `it replaces ${keys}, and the policy trusts neither nor a key that leads to them`;
      throw new RotationError('unrelated', message, place);
    }
    if (!passes(judgeCheckpoint(known, receipt.checkpoint))) {
      const message = 'its checkpoint does not pass the policy: no key that leads from the policy signed it, or its quorum is not reached';
      throw new RotationError('not-trusted', message, place);
    }
  });
  return proven.reduce((whole, { old, retired }) => withRetired(whole, old, retired), known);
}

/** The policy with the keys that rotations lead to, one after the other. */
function withKeys(policy: Policy, proven: readonly Proven[]): Policy {
  let known = policy;
  for (;;) {
    const leads = proven.find(({ old, next }) => trustsLog(known, old) !== trustsLog(known, next));
    if (!leads) return known;
    const more = withLogs(known, [leads.old, leads.next]);
    // A key of the same name and id stands there already: it leads nowhere.
    if (more.logs.length === known.logs.length) return known;
    known = more;
  }
}

/** Two histories: one key is replaced twice, or reached twice, or there are two ledgers of one origin. */
function contradicts(one: Proven, other: Proven): boolean {
  if (equal(one.id, other.id)) return false;
  const named = one.old.name === other.old.name;
  const same = (a: VerifierKey, b: VerifierKey): boolean => named && equal(a.publicKey, b.publicKey);
  return same(one.old, other.old) || same(one.next, other.next) || (named && !equal(one.ledger, other.ledger));
}

/** Everything about a rotation's receipt that needs no trust. */
function prove(receipt: Receipt, place: number): Proven {
  const not = (why: string): RotationError => new RotationError('not-a-rotation', `it is not the receipt of a rotation: ${why}`, place);
  const wrong = (why: string): RotationError => new RotationError('does-not-hold', `it does not hold: ${why}`, place);
  const { entry, statement, leaf } = receipt.disclosure;
  if (entry instanceof NotariumError) throw not(entry.message);
  if (statement instanceof NotariumError) throw not(statement.message);
  const { body, key } = statement;
  if (!isRotate(body)) throw not(`it is of kind ${statement.kind}`);
  wrapping(() => verifyStatement(statement), ({ message }) => wrong(message));
  if (entry.index !== receipt.index) throw wrong("its index is not the entry's");
  const head = receipt.checkpoint.head;
  wrapping(() => verifyInclusion(BigInt(receipt.index), leaf, receipt.hashes, head), ({ message }) => wrong(message));
  if (!isKnownSuite(key) || !isKnownSuite(body.key)) throw not('a key of a suite that is not understood');
  const vkey = (publicKey: Uint8Array): VerifierKey => newVerifierKey(receipt.checkpoint.origin, LOG_KEY, publicKey);
  return {
    receipt,
    id: statement.id,
    ledger: body.ledger,
    old: vkey(key.publicKey),
    next: vkey(body.key.publicKey),
    retired: Math.min(entry.time + body.overlap, MAX_TIME),
  };
}
