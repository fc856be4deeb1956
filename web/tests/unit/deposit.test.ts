// A deposit from a fingerprint to a receipt that verifies; and answers of a ledger that must not be believed.

import { describe, expect, it } from 'vitest';
import { complete, composeDetails, policyOf, prepare, statementOf, type Wish } from '../../src/deposit/engine';
import {
  NotariumError,
  SigningKey,
  attempt,
  digestsOf,
  encodeHex,
  equal,
  parsePolicy,
  parseReceipt,
  utf8,
  verifyReceipt,
  withDisclosure,
} from '../../src/notarium';
import { MemoryLedger } from './ledger';

const key = new SigningKey(new Uint8Array(32).fill(3));
const evidence = utf8('hello, court\n');
const digests = digestsOf(evidence);
const NOTHING: Wish = { details: null, salted: false, continues: null, claimedTime: 0 };

let drawn = 0;
const random = (length: number): Uint8Array => {
  drawn += 1;
  return new Uint8Array(length).fill(drawn);
};

describe('a deposit', () => {
  const wishes: Record<string, Wish> = {
    plain: NOTHING,
    'with details': { ...NOTHING, details: composeDetails({ title: '作品一', 'captured.tool': 'camera' }) },
    salted: { ...NOTHING, salted: true },
    'salted, with details, a time and a predecessor': {
      details: utf8('{"title":"x"}'),
      salted: true,
      continues: new Uint8Array(32).fill(9),
      claimedTime: 1_600_000_000_000,
    },
  };
  for (const [name, wish] of Object.entries(wishes)) {
    it(`verifies: ${name}`, () => {
      const ledger = new MemoryLedger();
      const prepared = prepare(digests, wish, key, random);
      const { receipt, problem } = complete(ledger.admit(prepared.statement.bytes), prepared, policyOf(ledger.vkey));
      expect(problem).toBeNull();
      const report = verifyReceipt({ receipt, evidence: digests, policy: parsePolicy(ledger.policy) });
      expect(report.verdict).toBe('match');
      expect(report.facts.times.claimed).toBe(wish.claimedTime === 0 ? null : wish.claimedTime);
      const other = verifyReceipt({ receipt, evidence: digestsOf(utf8('hello, court')), policy: parsePolicy(ledger.policy) });
      expect(other.verdict).toBe('mismatch');
    });
  }

  it('tells the ledger neither details nor salts nor, when salted, digests and length', () => {
    const prepared = prepare(digests, { ...NOTHING, details: utf8('{"title":"secret title"}'), salted: true }, key, random);
    const sent = encodeHex(prepared.statement.bytes);
    for (const secret of [utf8('secret title'), prepared.evidenceSalt!, prepared.details!.salt, digests.sha256, digests.sm3]) {
      expect(sent).not.toContain(encodeHex(secret));
    }
    expect(prepared.statement.bytes.length).toBe(286);
  });

  it('draws its salts and nonce anew each time', () => {
    const [one, other] = [prepare(digests, NOTHING, key, random), prepare(digests, NOTHING, key, random)];
    expect(equal(one.statement.id, other.statement.id)).toBe(false);
  });
});

describe('an answer of the ledger', () => {
  const ledger = new MemoryLedger();
  const prepared = prepare(digests, NOTHING, key, random);
  const answer = ledger.admit(prepared.statement.bytes);
  const policy = policyOf(ledger.vkey);
  const problem = (text: string): string | null => complete(text, prepared, policy).problem;

  it('is believed when it holds', () => {
    expect(problem(answer)).toBeNull();
  });

  it('is not believed when it is no receipt, or the receipt of another statement', () => {
    expect(problem('hello')).not.toBeNull();
    const other = ledger.admit(prepare(digests, NOTHING, key, random).statement.bytes);
    expect(problem(other)).toContain('another statement');
  });

  it('is not believed when its checkpoint or path does not hold', () => {
    expect(problem(answer.replace('\nindex 1\n', '\nindex 0\n'))).toContain('step 1');
    const last = answer.trimEnd();
    const bad = `${last.slice(0, -4)}${last.endsWith('AA==') ? 'BB' : 'AA'}==\n`;
    expect(problem(bad)).not.toBeNull();
  });

  it('is not believed when another key signed it than the policy names', () => {
    const stranger = policyOf('ledger.example/one+53a91153+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4');
    expect(complete(answer, prepared, stranger).problem).toContain('step 5');
  });
});

describe('details from a form', () => {
  it('leave out what is empty, and gather what was captured', () => {
    expect(composeDetails({ title: ' ', 'captured.at': '' })).toBeNull();
    const details = composeDetails({ title: 'a "b"', 'captured.at': '2026-01-01T00:00:00.000Z', note: '' })!;
    expect(new TextDecoder().decode(details)).toBe('{"title":"a \\"b\\"","captured":{"at":"2026-01-01T00:00:00.000Z"}}');
  });

  it('are refused when no reader could show them', () => {
    const error = attempt(() => composeDetails({ title: 'x'.repeat(40_000) }));
    expect(error).toBeInstanceOf(NotariumError);
    expect(attempt(() => composeDetails({ title: '\ud800' }))).toBeInstanceOf(NotariumError);
  });
});

describe('the deposit that another follows', () => {
  it('is named by its statement', () => {
    const ledger = new MemoryLedger();
    const prepared = prepare(digests, NOTHING, key, random);
    const answer = ledger.admit(prepared.statement.bytes);
    expect(statementOf(utf8(answer))).toEqual({ id: prepared.statement.id, index: 1 });
    expect(attempt(() => statementOf(utf8(ledger.receipt(0))))).toBeInstanceOf(NotariumError);
  });
});

describe('a receipt', () => {
  it('shows what is disclosed, apart from each other', () => {
    const ledger = new MemoryLedger();
    const prepared = prepare(digests, { ...NOTHING, salted: true, details: utf8('{"title":"x"}') }, key, random);
    const { receipt } = complete(ledger.admit(prepared.statement.bytes), prepared, policyOf(ledger.vkey));
    const whole = parseReceipt(receipt);
    const detailsOnly = withDisclosure(whole, null, whole.disclosure.details).text;
    const report = verifyReceipt({ receipt: detailsOnly, evidence: digests, policy: parsePolicy(ledger.policy) });
    expect(report.verdict).toBe('undetermined');
    expect(report.checks.filter((check) => check.outcome !== 'passed').map((check) => check.step)).toEqual(['evidence', 'ledger']);
  });
});
