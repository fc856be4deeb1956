// The certificate of a deposit that has just been made: what `notarium certificate` writes of its receipt.

import {
  NotariumError,
  attempt,
  certificateDocument,
  documentHtml,
  parseReceipt,
  utf8,
  verifyReceipt,
  type Digests,
  type Language,
  type Policy,
} from '../notarium';
import type { LedgerClient } from '../page/ledger';
import { documentLanguages, localTime } from '../page/parts';
import { askStepEight } from '../page/step-eight';

export interface Certified {
  readonly receipt: string;
  readonly digests: Digests;
  readonly policy: Policy;
  /** As a certificate names them. */
  readonly names: { readonly evidence: string; readonly receipt: string; readonly policy: string };
  /** Asked for the key's enrolment and for earlier deposits; where it does not answer, the certificate says that it was not. */
  readonly ledger: LedgerClient;
  readonly software: string;
  readonly language: Language;
  /** Milliseconds. */
  readonly now: number;
}

/** The certificate as an HTML file; throws when the receipt does not verify. */
export async function certificateOf(made: Certified): Promise<string> {
  const { policy, digests, names } = made;
  const bytes = utf8(made.receipt);
  const receipt = attempt(() => parseReceipt(bytes));
  const ledger = receipt instanceof NotariumError ? null : await askStepEight(made.ledger, receipt).catch(() => null);
  const provenance = { ...names, software: made.software, verifiedAt: made.now };
  const report = verifyReceipt({ receipt: bytes, evidence: digests, policy, ledger, provenance });
  return documentHtml(certificateDocument(report, bytes, policy), documentLanguages(made.language), localTime);
}
