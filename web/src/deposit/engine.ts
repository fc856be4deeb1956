// One deposit: a statement from a fingerprint and what goes with it, and the receipt that is kept, checked before it is given out.

import {
  NotariumError,
  attempt,
  commitToDetails,
  encodeHex,
  equal,
  inLanguage,
  parsePolicy,
  parseReceipt,
  plainFingerprint,
  readDetails,
  saltedFingerprint,
  signStatement,
  stepNumber,
  utf8,
  verifyReceipt,
  withDisclosure,
  type Digests,
  type DisclosedDetails,
  type Policy,
  type SignedStatement,
  type SigningKey,
} from '../notarium';

/** What a deposit shall be, beside the evidence itself. */
export interface Wish {
  /** Private details, exactly as they are committed to; null: none. */
  readonly details: Uint8Array | null;
  readonly salted: boolean;
  /** The statement that this one supplements or follows. */
  readonly continues: Uint8Array | null;
  /** Milliseconds; 0: not stated. */
  readonly claimedTime: number;
}

/** A signed statement with the secrets that its receipt needs. It can be sent any number of times and becomes one entry. */
export interface Prepared {
  readonly statement: SignedStatement;
  readonly digests: Digests;
  readonly evidenceSalt: Uint8Array | null;
  readonly details: DisclosedDetails | null;
}

/** Draws nonce and salts, and signs. */
export function prepare(
  digests: Digests,
  wish: Wish,
  key: SigningKey,
  random: (length: number) => Uint8Array,
): Prepared {
  const evidenceSalt = wish.salted ? random(32) : null;
  const details = wish.details && { salt: random(32), json: wish.details };
  const statement = signStatement(
    {
      kind: 1,
      fingerprint: evidenceSalt ? saltedFingerprint(digests, evidenceSalt, key.publicKey) : plainFingerprint(digests),
      claimedTime: wish.claimedTime,
      continues: wish.continues,
      details: details && commitToDetails(details.salt, key.publicKey, details.json),
      nonce: random(16),
    },
    key,
  );
  return { statement, digests, evidenceSalt, details };
}

export interface Completed {
  /** The receipt with salts and details in it. */
  readonly receipt: string;
  /** What does not hold, in English; null when every step that can be made now holds. */
  readonly problem: string | null;
  /** Whether the witnesses that the policy asks for have cosigned; true where it asks for none. */
  readonly witnessed: boolean;
}

/** Puts salts and details into the ledger's receipt, and verifies it by the policy. */
export function complete(answer: string, { statement, digests, evidenceSalt, details }: Prepared, policy: Policy): Completed {
  const receipt = attempt(() => parseReceipt(answer));
  const refused = (problem: string): Completed => ({ receipt: answer, problem, witnessed: false });
  if (receipt instanceof NotariumError) return refused(receipt.message);
  const entered = receipt.disclosure.statement;
  if (entered instanceof NotariumError || !equal(entered.id, statement.id)) {
    return refused('it is the receipt of another statement');
  }
  const whole = attempt(() => withDisclosure(receipt, evidenceSalt, details));
  if (whole instanceof NotariumError) return refused(whole.message);
  const report = verifyReceipt({ receipt: whole.text, evidence: digests, policy });
  // Witnesses may still be lacking a moment after the deposit; that is no fault of the receipt.
  const bad = report.checks.find(({ step, outcome }) => {
    return outcome === 'failed' || (outcome === 'not-made' && step !== 'witnesses' && step !== 'ledger');
  });
  const witnessed = report.checks.some(({ step, outcome }) => step === 'witnesses' && outcome === 'passed');
  if (!bad) return { receipt: whole.text, problem: null, witnessed };
  const why = bad.detail.map((sentence) => inLanguage(sentence, 'en')).join('; ');
  return { receipt: whole.text, witnessed, problem: `step ${stepNumber(bad.step)}: ${why}` };
}

/** The policy that believes one ledger by its own word. */
export function policyOf(vkey: string): Policy {
  return parsePolicy(`log ${vkey}\nquorum none\n`);
}

/** Details from a form: names without a value are left out; null when there is none. Throws when they make no details. */
export function composeDetails(form: Readonly<Record<string, string>>): Uint8Array | null {
  const object: Record<string, unknown> = {};
  const captured: Record<string, string> = {};
  for (const [name, value] of Object.entries(form)) {
    if (value.trim() === '') continue;
    if (name.startsWith('captured.')) captured[name.slice('captured.'.length)] = value.trim();
    else object[name] = value.trim();
  }
  if (Object.keys(captured).length > 0) object['captured'] = captured;
  if (Object.keys(object).length === 0) return null;
  const bytes = utf8(JSON.stringify(object));
  readDetails(bytes);
  return bytes;
}

/** A statement that this one follows, out of the receipt of an earlier deposit. */
export function statementOf(receipt: Uint8Array): { id: Uint8Array; index: number } {
  const { disclosure, index } = parseReceipt(receipt);
  const { statement } = disclosure;
  if (statement instanceof NotariumError) throw statement;
  if (statement.kind !== 1) throw new NotariumError('not-evidence', `its entry is of kind ${statement.kind}, not a deposit`);
  return { id: statement.id, index };
}

/** The first digits of a statement's id, for people. */
export const shortId = (id: Uint8Array): string => `${encodeHex(id).slice(0, 16)}…`;
