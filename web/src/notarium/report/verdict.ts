// Checks and the verdict that they add up to: a function of the checks and of nothing else.

import { say, type Sentence } from './sentence';
import type { Word } from './words';

/** The steps of docs/formats.md, "Verification", by their numbers. */
export const STEPS = ['receipt', 'evidence', 'signature', 'disclosure', 'log', 'witnesses', 'inclusion', 'ledger'] as const;
export type Step = (typeof STEPS)[number];
export type Outcome = 'passed' | 'failed' | 'not-made';
export type Verdict = 'match' | 'mismatch' | 'undetermined' | 'not-deposited';

export const stepNumber = (step: Step): number => STEPS.indexOf(step) + 1;
export const stepName = (step: Step): Word => `step-${step}`;

/** One step, how it came out, and why, with the numbers; at least one sentence. */
export interface Check {
  readonly step: Step;
  readonly outcome: Outcome;
  readonly detail: readonly Sentence[];
}

export function check(step: Step, outcome: Outcome, ...detail: Sentence[]): Check {
  return { step, outcome, detail };
}

/** Adds a part: the check is only as good as its worst part. */
export function and(one: Check, outcome: Outcome, why: Sentence): Check {
  const worst = (['failed', 'not-made'] as const).find((bad) => one.outcome === bad || outcome === bad) ?? 'passed';
  return { step: one.step, outcome: worst, detail: [...one.detail, why] };
}

/** The outcome rule for a receipt: mismatch before undetermined before match. Step 8 alone may be not made. */
export function verdictOfReceipt(checks: readonly Check[]): Verdict {
  if (checks.some((one) => one.outcome === 'failed')) return 'mismatch';
  return checks.every((one) => one.step === 'ledger' || one.outcome === 'passed') ? 'match' : 'undetermined';
}

/** What the verdict means, naming the steps that it rests on. */
export function verdictMeaning(verdict: Verdict, checks: readonly Check[]): Sentence {
  const steps = (outcome: Outcome): { list: Sentence[] } => {
    const of = checks.filter((one) => one.outcome === outcome && (one.step !== 'ledger' || outcome === 'failed'));
    return { list: of.map((one) => say('check', { step: stepNumber(one.step) })) };
  };
  if (verdict === 'mismatch') return say('mismatch-means', { steps: steps('failed') });
  if (verdict === 'undetermined') return say('undetermined-means', { steps: steps('not-made') });
  return say(`${verdict}-means`);
}
