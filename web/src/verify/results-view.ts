// The results: one report, or a table of many with the report of each at hand; and what can be done with a report.

import {
  certificateDocument,
  documentHtml,
  inLanguage,
  renderText,
  reportDocument,
  reportJson,
  shown,
  wordText,
  type Report,
  type ReportDocument,
  type Verdict,
} from '../notarium';
import type { LedgerClient } from '../page/ledger';
import { button, documentLanguages, download, field, localTime, notice } from '../page/parts';
import { type Child, type Ui } from '../page/ui';
import { VERIFY } from '../words/verify';
import type { Note, Verified } from './engine';
import { lookupView } from './lookup-view';
import { reportView } from './report-view';

export interface ResultsOptions {
  readonly ledger: LedgerClient | null;
  /** Whether the policy asks for witnesses. */
  readonly witnessed: boolean;
  readonly verifiedBy: string | null;
  /** The name of who verifies has changed. */
  readonly onVerifiedBy: (name: string | null) => void;
  readonly onReceipt: (name: string, text: string) => void;
}

export function resultsView(ui: Ui, results: readonly Verified[], options: ResultsOptions): HTMLElement {
  const heading = ui.h('h2', { class: 'no-print', tabindex: -1, 'data-results': '' }, ui.words(VERIFY.results));
  const body = results.length === 1 ? oneResult(ui, results[0]!, options) : manyResults(ui, results, options);
  return ui.h('div', {}, heading, body);
}

function oneResult(ui: Ui, one: Verified, options: ResultsOptions): HTMLElement {
  const { name, notes, report, digests } = one;
  const noted = notes.map((note) => noteView(ui, note));
  if (report) return ui.h('div', {}, ...noted, reportView(ui, report), reportActions(ui, one, report, options));
  const { ledger, witnessed, onReceipt } = options;
  return ui.h('div', {}, ...noted, digests && lookupView(ui, { name, digests, ledger, witnessed, onReceipt }));
}

function noteView(ui: Ui, { kind, text, values }: Note): HTMLElement {
  const safe = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? shown(value) : value]));
  return notice(ui, kind, ui.words(text, safe));
}

function reportActions(ui: Ui, one: Verified, report: Report, { verifiedBy, onVerifiedBy }: ResultsOptions): HTMLElement {
  const base = one.name.split('/').pop() || 'receipt';
  const stem = `${base}.report`;
  const receipt = one.receipt ?? new Uint8Array();
  const certifies = report.verdict === 'match';
  const save = (name: string, made: () => ReportDocument): void =>
    download(name, documentHtml(made(), documentLanguages(ui.language), localTime), 'text/html;charset=utf-8');
  const input = ui.h('input', { type: 'text', name: 'verified-by', autocomplete: 'name', maxlength: 200 });
  input.value = verifiedBy ?? '';
  input.addEventListener('change', () => onVerifiedBy(input.value.trim() === '' ? null : input.value.trim()));
  return ui.h(
    'div',
    { class: 'no-print' },
    ui.h('p', { class: 'panel__hint' }, ui.words(VERIFY.reportNotice)),
    field(ui, ui.words(VERIFY.verifiedBy), input).element,
    ui.h(
      'div',
      { class: 'actions' },
      button(ui, ui.words(VERIFY.print), () => print(), 'primary'),
      button(ui, ui.words(VERIFY.saveDocument), () => save(`${stem}.html`, () => reportDocument(report, receipt, one.policy))),
      certifies &&
        button(ui, ui.words(VERIFY.saveCertificate), () =>
          save(`${base}.certificate.html`, () => certificateDocument(report, receipt, one.policy)),
        ),
      button(ui, ui.words(VERIFY.saveText), () =>
        download(`${stem}.txt`, renderText(report, ui.language, localTime), 'text/plain;charset=utf-8'),
      ),
      button(ui, ui.words(VERIFY.saveJson), () => download(`${stem}.json`, reportJson(report), 'application/json')),
    ),
  );
}

function manyResults(ui: Ui, results: readonly Verified[], options: ResultsOptions): HTMLElement {
  const holder = ui.h('div', {});
  const overview = ui.h('div', {}, ui.h('p', {}, () => summaryText(ui, results)), summaryTable(ui, results, (one) => show(one)));
  let part = ui.part();
  const show = (one: Verified | null, from?: HTMLElement): void => {
    ui.drop(part);
    part = ui.part();
    if (!one) {
      holder.replaceChildren(overview);
      from?.focus();
      return;
    }
    const back = button(part, part.words(VERIFY.hideReport), () => show(null));
    holder.replaceChildren(
      part.h('div', { class: 'actions no-print' }, back),
      part.h('h3', {}, shown(one.name)),
      oneResult(part, one, options),
    );
    back.focus();
  };
  show(null);
  return holder;
}

function summaryText(ui: Ui, results: readonly Verified[]): string {
  const count = (verdict: Verdict): number => results.filter((one) => one.report?.verdict === verdict).length;
  const without = results.filter((one) => one.report === null).length;
  return ui.say(VERIFY.summary, {
    count: results.length,
    match: count('match'),
    mismatch: count('mismatch'),
    undetermined: count('undetermined') + without,
  });
}

function summaryTable(ui: Ui, results: readonly Verified[], show: (one: Verified) => void): HTMLElement {
  const head = (text: () => string): HTMLElement => ui.h('th', { scope: 'col' }, text);
  const rows = results.map((one) => {
    const verdict = one.report?.verdict ?? 'undetermined';
    const why = (): string => {
      if (one.report) return inLanguage(one.report.meaning, ui.language);
      return one.notes[0] ? ui.say(one.notes[0].text, one.notes[0].values) : wordText('receipt-not-given', ui.language);
    };
    return ui.h(
      'tr',
      {},
      ui.h('th', { scope: 'row' }, shown(one.name)),
      ui.h('td', { class: 'summary__verdict', 'data-verdict': verdict }, () => wordText(verdict, ui.language)),
      ui.h('td', {}, why),
      ui.h('td', {}, button(ui, ui.words(VERIFY.showReport), () => show(one), 'quiet')),
    );
  });
  const heads: Child[] = [VERIFY.columnFile, VERIFY.columnVerdict, VERIFY.columnWhy, VERIFY.columnReport].map((text) =>
    head(ui.words(text)),
  );
  return ui.h('table', { class: 'summary' }, ui.h('thead', {}, ui.h('tr', {}, ...heads)), ui.h('tbody', {}, ...rows));
}
