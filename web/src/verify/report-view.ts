// A report as a page: the verdict large and in words, then every check, then what they rest on; the command line's content.

import {
  NOT_PROVED,
  detailLines,
  encodeBase64,
  formatTime,
  inLanguage,
  keyClaimTold,
  keySentences,
  posixMillis,
  say,
  shown,
  stepName,
  stepNumber,
  wordText,
  type Check,
  type DigestFacts,
  type EarlierDeposit,
  type Facts,
  type FolderDifference,
  type PartialDeposit,
  type Report,
  type Sentence,
  type Verdict,
  type Word,
} from '../notarium';
import { localTime } from '../page/parts';
import type { Child, Text, Ui } from '../page/ui';
import { STEP_HELP } from '../words/verify';

const MARKS: Record<Verdict, string> = { match: '✓', mismatch: '✕', undetermined: '?', 'not-deposited': '–' };

/** Paths of one kind that are listed, as in the command line's text. */
const LISTED = 100;

export function reportView(ui: Ui, report: Report): HTMLElement {
  const page = new ReportPage(ui);
  return ui.h(
    'article',
    { class: 'report', 'aria-label': page.word('report') },
    ui.h('h2', { class: 'print-only' }, page.word('report')),
    page.verdict(report),
    page.section('checks', page.checks(report.checks)),
    report.remarks.length > 0 &&
      page.section('remarks', ui.h('ul', { class: 'remarks' }, ...report.remarks.map((one) => ui.h('li', {}, page.said(one))))),
    page.evidence(report),
    page.entry(report.facts),
    page.times(report.facts),
    page.checkpoint(report.facts),
    page.details(report.facts),
    page.beforeLedger(report.facts),
    page.section('proves-not', page.list(NOT_PROVED.map((word) => page.word(word)))),
    page.provenance(report),
  );
}

class ReportPage {
  constructor(private readonly ui: Ui) {}

  word(word: Word): () => string {
    return () => wordText(word, this.ui.language);
  }

  said(sentence: Sentence): () => string {
    return () => inLanguage(sentence, this.ui.language);
  }

  section(heading: Word, ...children: Child[]): HTMLElement {
    return this.ui.h('section', { class: 'report__section' }, this.ui.h('h3', {}, this.word(heading)), ...children);
  }

  list(items: readonly Text[]): HTMLElement {
    return this.ui.h('ul', { class: 'report__list' }, ...items.map((item) => this.ui.h('li', {}, item)));
  }

  verdict({ verdict, meaning, proves }: Report): HTMLElement {
    const { ui } = this;
    return ui.h(
      'section',
      { class: 'verdict', 'data-verdict': verdict, 'aria-label': this.word('verdict') },
      ui.h('span', { class: 'verdict__mark', 'aria-hidden': 'true' }, MARKS[verdict]),
      ui.h('p', { class: 'verdict__word' }, this.word(verdict)),
      ui.h('p', { class: 'verdict__meaning' }, this.said(meaning)),
      proves && ui.h('p', { class: 'verdict__meaning' }, this.word(proves)),
    );
  }

  checks(checks: readonly Check[]): HTMLElement {
    return this.ui.h('ol', { class: 'checks' }, ...checks.map((check) => this.check(check)));
  }

  check({ step, outcome, detail }: Check): HTMLElement {
    const { ui } = this;
    const why = (): string => detail.map((one) => inLanguage(one, ui.language)).join(ui.language === 'zh' ? '；' : '; ');
    const line = ui.h(
      'summary',
      { class: 'check__line' },
      ui.h('span', { class: 'check__number' }, String(stepNumber(step))),
      ' ',
      ui.h('span', { class: 'check__name' }, this.word(stepName(step))),
      ' ',
      ui.h('span', { class: 'check__outcome' }, this.word(outcome)),
      ' ',
      ui.h('span', { class: 'check__why' }, why),
    );
    const help = ui.h('p', { class: 'check__help' }, ui.words(STEP_HELP[step]));
    return ui.h('li', { class: 'check', 'data-outcome': outcome }, ui.h('details', {}, line, help));
  }

  evidence({ facts, provenance }: Report): HTMLElement | null {
    const { computed, computedSalted, recorded, salted, folder, member } = facts.evidence;
    if (!computed && !recorded) return null;
    const rows = [
      ...(member ? [this.row('package-file', shown(member.file)), this.digest('SHA-256', member.sha256)] : []),
      provenance.evidence !== null && this.row(member ? 'package-manifest' : 'file', shown(provenance.evidence)),
      ...this.digests('as-computed', computed),
      ...(salted ? this.digests('as-computed-salted', computedSalted) : []),
      ...this.digests(salted ? 'as-recorded-salted' : 'as-recorded', recorded),
      ...(folder ? this.folder(folder) : []),
    ];
    return this.section('evidence', this.facts(rows));
  }

  entry(facts: Facts): HTMLElement | null {
    const { entry, statement, ledger } = facts;
    if (!entry) return null;
    const rows = [this.row('entry-number', String(entry.index)), this.hash('leaf-hash', entry.leaf)];
    if (statement) {
      rows.push(this.hash('statement-id', statement.id));
      if (statement.kind !== 1) rows.push(this.row('kind-label', String(statement.kind)));
      const standing = ledger ? keySentences(ledger.key, entry.index) : [say('key-not-checked')];
      rows.push(this.hash('submitter', statement.publicKey), ...standing.map((said) => this.clock(this.said(said))));
      if (statement.continues !== null) rows.push(this.hash('continues', statement.continues));
      if (ledger?.earlier) rows.push(...this.deposits(ledger.earlier, ledger.partial));
    }
    return this.section('entry', this.facts(rows));
  }

  /** Earlier deposits of the same evidence, and apart from them what only has a digest in common. */
  private deposits(earlier: readonly EarlierDeposit[], partial: readonly PartialDeposit[]): Row[] {
    const one = (label: Word, { index, time, publicKey, key }: EarlierDeposit): Row[] => {
      const claim = keyClaimTold(key, index).map((said) => this.clock(this.said(said)));
      return [
        this.row(label, `${index}  ${timeText(time)}`),
        [null, this.ui.h('code', { class: 'digest' }, publicKey)],
        ...(key.enrolment ? [[null, shown(key.enrolment.name)] as Row] : []),
        ...claim,
        ...(claim.length > 0 ? [this.clock(this.word('key-claim-why'))] : []),
      ];
    };
    return [
      ...earlier.flatMap((deposit, at) => one(at === 0 ? 'earliest-deposit' : 'earlier-deposit', deposit)),
      ...(earlier.length > 0 ? [this.clock(this.word('first-is-not-creation'))] : []),
      ...partial.flatMap((hit) => [
        ...one('partial-label', hit),
        this.clock(this.said(say('partial-why', { agrees: { word: hit.agrees } }))),
      ]),
    ];
  }

  times({ times }: Facts): HTMLElement | null {
    const { claimed, admitted, vouched, noEarlier } = times;
    if (admitted === null && vouched.by === 'unchecked') return null;
    const rows: Row[] =
      claimed === null
        ? [this.row('claimed-time', this.word('not-stated'))]
        : [this.row('claimed-time', timeText(claimed)), this.clock(this.word('claimed-by'))];
    if (admitted !== null) {
      rows.push(this.row('admitted-time', timeText(admitted)), this.clock(this.word('clock-of-ledger')));
    }
    if (vouched.by === 'witnesses') {
      const time = say('no-later-than', { time: this.witnessTime(vouched.noLaterThan) });
      rows.push(this.row('trusted-time', this.said(time)));
      rows.push(this.clock(this.said(say('clock-of-witnesses', { witnesses: vouched.clocks.join(', ') }))));
    } else {
      const words = { unchecked: 'no-policy-vouches', nobody: 'nobody-vouches', 'quorum-missing': 'quorum-missing' } as const;
      rows.push(this.row('trusted-time', this.word(words[vouched.by])));
    }
    if (noEarlier?.by === 'nobody') rows.push([null, this.said(noEarlier.why)]);
    if (noEarlier?.by === 'witnesses') {
      const { noEarlierThan, size, clocks } = noEarlier;
      rows.push([null, this.said(say('no-earlier-than', { time: this.witnessTime(noEarlierThan), size }))]);
      rows.push(this.clock(this.said(say('clock-of-witnesses', { witnesses: clocks.join(', ') }))));
    }
    return this.section('times', this.facts(rows));
  }

  checkpoint({ checkpoint, reliedOn, witnesses }: Facts): HTMLElement | null {
    if (!checkpoint) return null;
    const rows = [
      this.row('origin', shown(checkpoint.origin)),
      this.row('size', String(checkpoint.size)),
      this.hash('root', checkpoint.root),
      ...reliedOn.map(({ name, id }) => this.row('relied-on', this.said(say('key-id', { name, id })))),
      ...witnesses.map(({ name, id, time, valid }) => {
        const at = time === null ? '' : this.witnessTime(time);
        return this.row('witness', this.said(say(valid ? 'witness-at' : 'witness-bad', { name, id, time: at })));
      }),
    ];
    return this.section('checkpoint-heading', this.facts(rows));
  }

  details({ details }: Facts): HTMLElement | null {
    if (!details) return null;
    if ('raw' in details) {
      const raw = this.ui.h('p', {}, this.ui.h('code', { class: 'digest' }, encodeBase64(details.raw)));
      return this.section('details-heading', this.ui.h('p', {}, this.word('malformed')), raw);
    }
    const rows = detailLines(details.object).map(([name, text]): Row => [shown(name), shown(text)]);
    return this.section('details-heading', this.facts(rows));
  }

  beforeLedger(facts: Facts): HTMLElement | null {
    if (facts.beforeLedger.length === 0) return null;
    const rows = facts.beforeLedger.map(({ about, said }) =>
      this.row(about, said === null ? this.word('not-provided') : shown(said)),
    );
    return this.section('pre-chain', this.facts(rows));
  }

  provenance({ provenance }: Report): HTMLElement {
    const rows = [
      this.row('software', provenance.software),
      ...this.file('receipt-label', provenance.receipt, provenance.receiptSha256),
      ...this.file('policy-label', provenance.policy, provenance.policySha256),
      provenance.verifiedBy !== null && this.row('verified-by', shown(provenance.verifiedBy)),
      provenance.verifiedAt !== null && this.row('verified-at', timeText(provenance.verifiedAt)),
    ];
    return this.section('verified-with', this.facts(rows));
  }

  private file(label: Word, name: string | null, digest: string | null): Row[] {
    if (digest === null) return [this.row(label, this.word('not-provided'))];
    const code = this.ui.h('span', {}, 'SHA-256 ', this.ui.h('code', { class: 'digest' }, digest));
    return name === null ? [this.row(label, code)] : [this.row(label, shown(name)), [null, code]];
  }

  private digests(whose: Word, digests: DigestFacts | null): Row[] {
    if (!digests) return [];
    const { ui } = this;
    const { sha256, sm3, length } = digests;
    const size = length === null ? this.word('not-recorded-salted') : this.said(say('bytes', { count: length }));
    return [
      this.row(whose, ui.h('span', {}, 'SHA-256 ', ui.h('code', { class: 'digest' }, sha256))),
      this.digest('SM3', sm3),
      [null, ui.h('span', {}, this.word('length'), ' ', size)],
    ];
  }

  /** A digest under the value above. */
  private digest(name: string, hex: string): Row {
    return [null, this.ui.h('span', {}, name, ' ', this.ui.h('code', { class: 'digest' }, hex))];
  }

  private folder(folder: FolderDifference): Row[] {
    return [
      this.row('folder', this.said(say('files-same', { count: folder.same }))),
      ...this.paths('file-changed', folder.changed),
      ...this.paths('file-missing', folder.missing),
      ...this.paths('file-added', folder.added),
      ...this.paths('file-renamed', folder.renamed.map(({ from, to }) => `${from} → ${to}`)),
    ];
  }

  private paths(label: Word, paths: readonly string[]): Row[] {
    const rows = paths.slice(0, LISTED).map((path, at): Row => (at === 0 ? this.row(label, shown(path)) : [null, shown(path)]));
    if (paths.length > LISTED) rows.push([null, this.said(say('more-files', { count: paths.length - LISTED }))]);
    return rows;
  }

  private witnessTime(seconds: bigint): string {
    const millis = posixMillis(seconds);
    return millis === null ? inLanguage(say('seconds-after1970', { count: seconds }), this.ui.language) : timeText(millis);
  }

  private row(label: Word, value: Child): Row {
    return [this.word(label), value];
  }

  private hash(label: Word, hex: string): Row {
    return [this.word(label), this.ui.h('code', { class: 'digest' }, hex)];
  }

  /** Whose word the value above is. */
  private clock(text: Text): Row {
    return [null, this.ui.h('span', { class: 'facts__clock' }, text)];
  }

  private facts(rows: readonly (Row | false)[]): HTMLElement {
    const list = this.ui.h('dl', { class: 'facts' });
    for (const row of rows) {
      if (row === false) continue;
      const [label, value] = row;
      if (label !== null) list.append(this.ui.h('dt', {}, label));
      // What says whose word a value is takes its class to the dd.
      const clock = value instanceof HTMLElement && value.className === 'facts__clock';
      list.append(clock ? this.ui.h('dd', { class: 'facts__clock' }, ...value.childNodes) : this.ui.h('dd', {}, value));
    }
    return list;
  }
}

/** A label and its value; without a label a further value of the one above. */
type Row = readonly [Text | null, Child];

const timeText = (millis: number): string => `${formatTime(millis)} (${localTime(millis)})`;
