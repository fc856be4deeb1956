// What a document is made of: a report, with what the report was made from.

import { NotariumError, attempt } from '../../codec/error';
import { encodeHex } from '../../codec/text';
import { parseReceipt } from '../../ledger/receipt';
import type { VerifierKey } from '../../note/key';
import type { Policy } from '../../trust/policy';
import type { Report } from '../verify';
import type { Word } from '../words';

/** The formats that a deposit is written in; docs/formats.md has them. */
export const FORMATS = ['notarium/statement/1', 'notarium/entry/1', 'notarium/receipt/1', 'c2sp.org/tlog-proof@v1'] as const;

/** The command that verifies a deposit. */
export const VERIFY_COMMAND = 'notarium verify EVIDENCE --receipt RECEIPT --policy POLICY';

/** 存证证书, or 核验报告. */
export type DocumentKind = 'certificate' | 'verification-report';

/** A report with what it was made from, to be written down. */
export interface ReportDocument {
  readonly kind: DocumentKind;
  readonly report: Report;
  /** The hashes of the inclusion path in hex, leaf side first. */
  readonly path: readonly string[];
  /** Keys that the policy names, logs before witnesses. */
  readonly policyKeys: readonly (readonly [role: Word, key: VerifierKey])[];
}

/** A verification report, whatever its verdict. `receipt` and `policy` are what the report was made from. */
export function reportDocument(report: Report, receipt: Uint8Array, policy: Policy | null): ReportDocument {
  const parsed = attempt(() => parseReceipt(receipt));
  const logs = policy?.logs.map(({ key }): [Word, VerifierKey] => ['policy-log-key', key]) ?? [];
  const witnesses = policy?.witnesses.map(({ key }): [Word, VerifierKey] => ['policy-witness-key', key]) ?? [];
  return {
    kind: 'verification-report',
    report,
    path: parsed instanceof NotariumError ? [] : parsed.hashes.map(encodeHex),
    policyKeys: [...logs, ...witnesses],
  };
}

/** A certificate; throws `mismatch` when a check failed, `no-deposit` when the receipt is not of evidence. */
export function certificateDocument(report: Report, receipt: Uint8Array, policy: Policy | null): ReportDocument {
  if (!report.facts.evidence.recorded) {
    throw new NotariumError('no-deposit', 'the receipt shows no deposit of evidence that this version understands');
  }
  if (report.verdict === 'mismatch') {
    throw new NotariumError('mismatch', 'the verdict is mismatch, and a deposit that does not verify gets no certificate');
  }
  return { ...reportDocument(report, receipt, policy), kind: 'certificate' };
}
