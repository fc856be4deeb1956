// The report as JSON, in the layout `notarium/report/1` of the command line.

import { encodeBase64 } from '../codec/text';
import { formatTime } from '../codec/time';
import { JsonNumber, isJsonObject, type Json } from '../evidence/ijson';
import { formatPosix } from '../trust/cosignature';
import type { DetailsFacts, EarlierDeposit, Facts, NoEarlier, Vouched } from './facts';
import { keyJson } from './key';
import type { Member } from './member';
import { sentenceJson } from './sentence';
import { stepName, stepNumber } from './verdict';
import { NOT_PROVED, type Report } from './verify';
import { wordText, type Word } from './words';

/** The report as indented JSON, ending in LF. */
export function reportJson(report: Report): string {
  return `${indent({ ...reportShape(report), provenance: provenanceJson(report) }, '')}\n`;
}

/** The report's members but for its provenance, as JSON has them. */
export function reportShape(report: Report): Readonly<Record<string, unknown>> {
  return {
    format: 'notarium/report/1',
    verdict: report.verdict,
    meaning: sentenceJson(report.meaning),
    proves: report.proves && named(report.proves),
    not_proved: NOT_PROVED.map(named),
    checks: report.checks.map((check) => ({
      step: stepNumber(check.step),
      id: check.step,
      name: wordText(stepName(check.step), 'en'),
      outcome: check.outcome,
      detail: check.detail.map(sentenceJson),
    })),
    remarks: report.remarks.map(sentenceJson),
    facts: factsJson(report.facts),
  };
}

const named = (word: Word): unknown => ({ id: word, text: wordText(word, 'en') });
const timeJson = (millis: number | null): string | null => (millis === null ? null : formatTime(millis));

function factsJson(facts: Facts): unknown {
  const { entry, statement, evidence, times, checkpoint, ledger } = facts;
  return {
    entry,
    statement: statement && {
      id: statement.id,
      kind: statement.kind,
      suite: statement.suite,
      public_key: statement.publicKey,
      continues: statement.continues,
    },
    evidence: {
      computed: evidence.computed,
      computed_salted: evidence.computedSalted,
      recorded: evidence.recorded,
      salted: evidence.salted,
      folder: evidence.folder,
      ...(evidence.member && { member: memberJson(evidence.member) }),
    },
    times: {
      claimed: timeJson(times.claimed),
      admitted: timeJson(times.admitted),
      vouched: vouchedJson(times.vouched),
      ...(times.noEarlier && { no_earlier: noEarlierJson(times.noEarlier) }),
    },
    checkpoint,
    relied_on: facts.reliedOn,
    witnesses: facts.witnesses.map(({ witness, name, id, time, valid }) => {
      return { witness, name, id, time: time === null ? null : formatPosix(time), valid };
    }),
    details: facts.details && detailsJson(facts.details),
    before_ledger: facts.beforeLedger.map(({ about, said }) => ({ about, said })),
    ledger: ledger && {
      source: ledger.source,
      replayed: ledger.replayed,
      key: keyJson(ledger.key),
      earlier:
        ledger.earlier &&
        ledger.earlier.map(depositJson),
      partial: ledger.partial.map((hit) => ({ agrees: hit.agrees, ...depositJson(hit) })),
    },
  };
}

function depositJson({ index, time, publicKey, key }: EarlierDeposit): object {
  return { index, time: formatTime(time), public_key: publicKey, key: keyJson(key) };
}

function memberJson({ file, sha256, listedAs, sameName, expected }: Member): unknown {
  return { file, sha256, listed_as: listedAs, same_name: sameName, expected };
}

function vouchedJson(vouched: Vouched): unknown {
  if (vouched.by !== 'witnesses') return vouched;
  return { by: vouched.by, no_later_than: formatPosix(vouched.noLaterThan), clocks: vouched.clocks };
}

function noEarlierJson(found: NoEarlier): unknown {
  if (found.by === 'nobody') return { by: found.by, why: sentenceJson(found.why) };
  return { by: found.by, no_earlier_than: formatPosix(found.noEarlierThan), size: found.size, clocks: found.clocks };
}

function detailsJson(details: DetailsFacts): unknown {
  return 'object' in details ? { object: details.object } : { malformed: { raw: encodeBase64(details.raw) } };
}

function provenanceJson({ provenance }: Report): unknown {
  return {
    software: provenance.software,
    verified_by: provenance.verifiedBy,
    verified_at: timeJson(provenance.verifiedAt),
    evidence: provenance.evidence,
    receipt: provenance.receipt,
    receipt_sha256: provenance.receiptSha256,
    policy: provenance.policy,
    policy_sha256: provenance.policySha256,
  };
}

/** JSON in lines, two spaces a level; JSON.stringify knows neither big integers nor the numbers of details. */
function indent(value: unknown, margin: string): string {
  const inner = `${margin}  `;
  const block = (open: string, items: string[], close: string): string =>
    items.length === 0 ? open + close : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`;
  if (value instanceof JsonNumber || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return block('[', value.map((item) => indent(item, inner)), ']');
  if (typeof value === 'object' && value !== null) {
    const members = isJsonObject(value as Json) ? [...(value as ReadonlyMap<string, Json>)] : Object.entries(value);
    return block('{', members.map(([name, item]) => `${JSON.stringify(name)}: ${indent(item, inner)}`), '}');
  }
  return JSON.stringify(value);
}
