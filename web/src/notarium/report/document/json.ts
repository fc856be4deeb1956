// The document as canonical JSON (RFC 8785). Whoever verifies the same things with the same version gets the same bytes, but
// for the member `verification`: when, by whom, and what the files were called.

import { formatTime } from '../../codec/time';
import { JsonNumber } from '../../evidence/ijson';
import { formatPosix } from '../../trust/cosignature';
import { firstCosigned } from '../facts';
import { reportShape } from '../json';
import { FORMATS, VERIFY_COMMAND, type ReportDocument } from './made';

/** The value in the one form that RFC 8785 gives it: names sorted by UTF-16, numbers as ECMAScript writes them, no space. */
export function canonicalJson(value: unknown): string {
  if (value instanceof JsonNumber) return JSON.stringify(value.value);
  if (typeof value === 'bigint') return JSON.stringify(Number(value));
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = value instanceof Map ? [...(value as Map<string, unknown>)] : Object.entries(value);
  const written = members
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${written.join(',')}}`;
}

const FORMAT = {
  certificate: 'notarium/certificate/1',
  'verification-report': 'notarium/verification-report/1',
} as const;

/** The whole document. */
export function documentJson({ kind, report, path, policyKeys }: ReportDocument): string {
  const made = report.provenance;
  const shape = reportShape(report) as { facts: { times: object } };
  const first = firstCosigned(report.facts);
  const times = { ...shape.facts.times, ...(first && { first_cosigned: { time: formatPosix(first.time), witness: first.witness } }) };
  return canonicalJson({
    format: FORMAT[kind],
    report: { ...shape, facts: { ...shape.facts, times } },
    basis: {
      software: made.software,
      formats: FORMATS,
      receipt_sha256: made.receiptSha256,
      policy_sha256: made.policySha256,
      policy_keys: policyKeys.map(([role, { name, id }]) => ({ role, name, id })),
      inclusion_path: path,
      verify_command: VERIFY_COMMAND,
    },
    verification: {
      at: made.verifiedAt === null ? null : formatTime(made.verifiedAt),
      by: made.verifiedBy,
      evidence: made.evidence,
      receipt: made.receipt,
      policy: made.policy,
    },
  });
}
