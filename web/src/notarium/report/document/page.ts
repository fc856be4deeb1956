// The sections of a document in HTML, in the order in which a judge asks.

import { encodeBase64 } from '../../codec/text';
import { formatTime } from '../../codec/time';
import { jsonText } from '../../evidence/ijson';
import { formatPosix, posixMillis } from '../../trust/cosignature';
import { firstCosigned, type DigestFacts, type EarlierDeposit, type Facts } from '../facts';
import type { FolderDifference } from '../folder';
import { keySentences } from '../key';
import { say } from '../sentence';
import type { LocalTime } from '../text';
import { stepName, stepNumber } from '../verdict';
import { NOT_PROVED } from '../verify';
import type { Language, Word } from '../words';
import { codeContent, codeSvg } from './code';
import { Html, data, escapeHtml, languageTag, quotedHtml } from './html';
import { FORMATS, VERIFY_COMMAND, type ReportDocument } from './made';
import { STYLE } from './style';

/** Paths of one kind that are listed; beyond these they are counted. The JSON has them all. */
const LISTED = 100;

/** As an HTML file in these languages, one beside the other. */
export function documentHtml(made: ReportDocument, languages: readonly Language[], localTime: LocalTime = () => null): string {
  const page = new Page(made, new Html(languages), localTime);
  page.begin();
  page.header();
  page.verdict();
  if (made.kind === 'certificate') {
    page.entry();
    page.evidence();
    page.times();
    page.checkpoint();
    page.earlier();
    page.checks();
    page.remarks();
  } else {
    page.checks();
    page.remarks();
    page.evidence();
    page.entry();
    page.times();
    page.checkpoint();
    page.earlier();
  }
  page.details();
  page.beforeLedger();
  page.notProved();
  page.provenance();
  page.verifyAgain();
  page.html.line('</body>\n</html>');
  return page.html.out;
}

class Page {
  readonly #facts: Facts;

  constructor(
    private readonly made: ReportDocument,
    readonly html: Html,
    private readonly localTime: LocalTime,
  ) {
    this.#facts = made.report.facts;
  }

  get #title(): Word {
    return this.made.kind === 'certificate' ? 'certificate' : 'report';
  }

  begin(): void {
    const { html } = this;
    const title = escapeHtml(html.title(this.#title));
    const number = this.#facts.entry ? ` ${this.#facts.entry.index}` : '';
    html.line('<!DOCTYPE html>');
    html.line(`<html lang="${languageTag(html.languages[0] ?? 'en')}">\n<head>\n<meta charset="utf-8">`);
    // Nothing may be loaded, whatever a browser thinks that it reads.
    html.line('<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">');
    html.line('<meta name="viewport" content="width=device-width">');
    html.line(`<title>${title}${number}</title>\n<style>\n${STYLE}</style>\n</head>\n<body>`);
  }

  header(): void {
    const { html } = this;
    const { entry } = this.#facts;
    html.line(`<header>\n<div>\n<h1>${html.word(this.#title)}</h1>`);
    if (entry) html.line(`<p class="inline">${html.word('entry-number')}: <strong>${entry.index}</strong></p>`);
    html.line(`<div class="small">${html.word('not-endorsed')}</div>\n</div>`);
    if (entry) {
      const code = codeSvg(codeContent(entry.index, entry.leaf));
      html.line(`<figure>${code}<figcaption>${html.word('code-holds')}</figcaption></figure>`);
    }
    html.line('</header>');
  }

  verdict(): void {
    const { html } = this;
    const { verdict, meaning, proves } = this.made.report;
    html.line(
      `<section class="verdict">\n<div class="small inline">${html.word('verdict')}</div>\n` +
        `<div class="inline"><strong>${html.word(verdict)}</strong></div>\n<div>${html.said(meaning)}</div>`,
    );
    if (proves) html.line(`<div>${html.word(proves)}</div>`);
    html.line('</section>');
  }

  checks(): void {
    const { html } = this;
    html.heading('checks');
    const heads = (['step-number', 'step-label', 'outcome-label', 'reason-label'] as const)
      .map((word) => `<th class="inline" scope="col">${html.word(word)}</th>`)
      .join('');
    html.line(`<table class="checks">\n<thead><tr>${heads}</tr></thead>\n<tbody>`);
    for (const { step, outcome, detail } of this.made.report.checks) {
      const style = outcome === 'passed' ? 'inline' : 'inline failed';
      const why = detail.map((one) => `<div>${html.said(one)}</div>`).join('');
      html.line(
        `<tr><td>${stepNumber(step)}</td><td class="inline">${html.word(stepName(step))}</td>` +
          `<td class="${style}">${html.word(outcome)}</td><td>${why}</td></tr>`,
      );
    }
    html.line('</tbody>\n</table>');
  }

  remarks(): void {
    const { remarks } = this.made.report;
    if (remarks.length === 0) return;
    this.html.heading('remarks');
    this.html.line(`<ul>${remarks.map((remark) => `<li>${this.html.said(remark)}</li>`).join('')}</ul>`);
  }

  evidence(): void {
    const { html } = this;
    const { provenance } = this.made.report;
    const { computed, computedSalted, recorded, salted, folder } = this.#facts.evidence;
    html.heading('evidence');
    html.openTable();
    html.row('file', [provenance.evidence === null ? html.word('not-provided') : quotedHtml(provenance.evidence)]);
    if (recorded) html.row('deposit-mode', [html.word(salted ? 'mode-salted' : 'mode-plain')]);
    this.#digests(salted ? 'as-recorded-salted' : 'as-recorded', recorded);
    this.#digests('as-computed', computed);
    if (salted) this.#digests('as-computed-salted', computedSalted);
    if (folder) this.#folder(folder);
    html.closeTable();
  }

  entry(): void {
    const { html } = this;
    const { entry, statement, ledger } = this.#facts;
    if (!entry) return;
    html.heading('entry');
    html.openTable();
    html.row('entry-number', [data(String(entry.index))]);
    html.row('leaf-hash', [data(entry.leaf)]);
    if (statement) {
      html.row('statement-id', [data(statement.id)]);
      const standing = ledger
        ? keySentences(ledger.key, entry.index).map((said) => html.said(said))
        : [html.word('key-not-checked')];
      html.row('submitter', [data(statement.publicKey), ...standing]);
      if (statement.continues !== null) html.row('continues', [data(statement.continues)]);
    }
    html.closeTable();
  }

  /** The three times, each beside the clock that it is by. */
  times(): void {
    const { html } = this;
    const { claimed, admitted } = this.#facts.times;
    html.heading('times');
    html.line(
      `<table class="times">\n<thead><tr><th></th><th class="inline" scope="col">${html.word('time-label')}</th>` +
        `<th class="inline" scope="col">${html.word('whose-word')}</th></tr></thead>\n<tbody>`,
    );
    const by = (time: number | null, clock: Word): [string, string] =>
      time === null ? [html.word('not-stated'), ''] : [this.#time(time), html.word(clock)];
    this.#timeRow('claimed-time', by(claimed, 'claimed-by'));
    this.#timeRow('admitted-time', by(admitted, 'clock-of-ledger'));
    this.#timeRow('first-cosigned', this.#firstCosigned());
    this.#timeRow('trusted-time', this.#vouched());
    html.line('</tbody>\n</table>');
  }

  checkpoint(): void {
    const { html } = this;
    const { checkpoint, reliedOn, witnesses } = this.#facts;
    if (!checkpoint) return;
    html.heading('checkpoint-heading');
    html.openTable();
    html.row('origin', [quotedHtml(checkpoint.origin)]);
    html.row('size', [data(String(checkpoint.size))]);
    html.row('root', [data(checkpoint.root)]);
    for (const { name, id } of reliedOn) html.row('relied-on', [html.said(say('key-id', { name, id }))]);
    for (const { name, id, time, valid } of witnesses) {
      const at = time === null ? '' : formatPosix(time);
      html.row('witness', [html.said(say(valid ? 'witness-at' : 'witness-bad', { name, id, time: at }))]);
    }
    const { path } = this.made;
    html.row('path-label', [html.said(say('path-hashes', { count: path.length })), ...path.map(data)]);
    html.closeTable();
  }

  earlier(): void {
    const { html } = this;
    const earlier = this.#facts.ledger?.earlier ?? null;
    html.heading('earlier-heading');
    if (earlier === null) html.paragraph('earlier-unknown');
    else if (earlier.length === 0) html.paragraph('earlier-none');
    else {
      html.openTable();
      earlier.forEach((deposit, at) => {
        html.row(at === 0 ? 'earliest-deposit' : 'earlier-deposit', this.#deposit(deposit));
      });
      html.closeTable();
    }
    html.paragraph('first-is-not-creation');
    const partial = this.#facts.ledger?.partial ?? [];
    if (partial.length === 0) return;
    html.heading('partial-heading');
    html.openTable();
    for (const hit of partial) {
      html.row('partial-label', [...this.#deposit(hit), html.said(say('partial-why', { agrees: { word: hit.agrees } }))]);
    }
    html.closeTable();
  }

  details(): void {
    const { html } = this;
    const { details } = this.#facts;
    html.heading('details-heading');
    if (!details) {
      html.paragraph('details-not-disclosed');
      return;
    }
    html.openTable();
    if ('raw' in details) html.row('malformed', [data(encodeBase64(details.raw))]);
    else {
      for (const [name, value] of details.object) {
        html.line(`<tr><th scope="row">${quotedHtml(name)}</th><td>${quotedHtml(jsonText(value))}</td></tr>`);
      }
    }
    html.closeTable();
  }

  beforeLedger(): void {
    const { html } = this;
    html.heading('pre-chain');
    html.openTable();
    for (const { about, said } of this.#facts.beforeLedger) {
      const text = said === null ? html.word('not-provided') : quotedHtml(said);
      html.line(`<tr><th class="inline" scope="row">${html.word(about)}</th><td class="inline">${text}</td></tr>`);
    }
    html.closeTable();
  }

  notProved(): void {
    const { html } = this;
    html.heading('proves-not');
    html.line(`<ul>${NOT_PROVED.map((word) => `<li>${html.word(word)}</li>`).join('')}</ul>`);
  }

  provenance(): void {
    const { html } = this;
    const made = this.made.report.provenance;
    html.heading('verified-with');
    html.openTable();
    html.row('software', [data(made.software)]);
    html.row('format-label', FORMATS.map(data));
    this.#file('receipt-label', made.receipt, made.receiptSha256);
    this.#file('policy-label', made.policy, made.policySha256);
    const keys = this.made.policyKeys.map(([role, { name, id }]) =>
      html.said(say(role, { key: { list: [say('key-id', { name, id })] } })),
    );
    if (keys.length > 0) html.row('policy-keys', keys);
    html.row('verified-by', [made.verifiedBy === null ? html.word('not-stated') : quotedHtml(made.verifiedBy)]);
    html.row('verified-at', [made.verifiedAt === null ? html.word('not-stated') : this.#time(made.verifiedAt)]);
    html.closeTable();
  }

  verifyAgain(): void {
    this.html.heading('verify-again');
    this.html.line(`<pre><code>${escapeHtml(VERIFY_COMMAND)}</code></pre>`);
    this.html.paragraph('command-note');
  }

  /** A time in UTC, and in local time where the caller knows it. */
  #time(millis: number): string {
    return data(formatTime(millis)) + this.#local(millis);
  }

  #local(millis: number | null): string {
    const local = millis === null ? null : this.localTime(millis);
    return local === null ? '' : `<div class="small">${escapeHtml(local)}</div>`;
  }

  #timeRow(label: Word, [time, whose]: readonly [string, string]): void {
    const head = `<th class="inline" scope="row">${this.html.word(label)}</th>`;
    this.html.line(`<tr>${head}<td>${time}</td><td>${whose}</td></tr>`);
  }

  /** The time of the first cosignatures that count, or why there is none. */
  #vouched(): [string, string] {
    const { vouched, noEarlier } = this.#facts.times;
    if (vouched.by === 'unchecked') return [this.html.word('no-policy-vouches'), ''];
    if (vouched.by === 'nobody') return [this.html.word('nobody-vouches'), ''];
    if (vouched.by === 'quorum-missing') return [this.html.word('quorum-missing'), ''];
    const { noLaterThan, clocks } = vouched;
    const time = [this.#witnessTime('no-later-than', noLaterThan)];
    const whose = [this.#clocks(clocks)];
    if (noEarlier?.by === 'nobody') time.push(this.html.said(noEarlier.why));
    if (noEarlier?.by === 'witnesses') {
      time.push(this.#witnessTime('no-earlier-than', noEarlier.noEarlierThan, { size: noEarlier.size }));
      whose.push(this.#clocks(noEarlier.clocks));
    }
    return [time.join('<br>'), whose.join('<br>')];
  }

  #clocks(clocks: readonly string[]): string {
    return this.html.said(say('clock-of-witnesses', { witnesses: clocks.join(', ') }));
  }

  #firstCosigned(): [string, string] {
    const first = firstCosigned(this.#facts);
    if (!first) return [this.html.word('not-cosigned'), ''];
    const whose = this.html.said(say('clock-of-one-witness', { witness: first.witness }));
    return [this.#witnessTime('time-itself', first.time), whose];
  }

  /** A witness's time in a sentence, and in local time where the caller knows it. */
  #witnessTime(word: Word, seconds: bigint, more: { readonly size?: bigint } = {}): string {
    return this.html.said(say(word, { time: formatPosix(seconds), ...more })) + this.#local(posixMillis(seconds));
  }

  /** An earlier deposit in lines: entry, time, key, and how the key stood. */
  #deposit(deposit: EarlierDeposit): string[] {
    const index = Math.min(this.#facts.entry?.index ?? Infinity, deposit.index);
    const standing = keySentences(deposit.key, index).map((said) => this.html.said(said));
    return [data(String(deposit.index)), this.#time(deposit.time), data(deposit.publicKey), ...standing];
  }

  #digests(whose: Word, digests: DigestFacts | null): void {
    const { html } = this;
    if (!digests) return html.row(whose, [html.word('not-provided')]);
    const { sha256, sm3, length } = digests;
    const said = length === null ? html.word('not-recorded-salted') : html.said(say('bytes', { count: length }));
    html.row(whose, [
      `SHA-256 ${data(sha256)}`,
      `SM3 ${data(sm3)}`,
      `<span class="inline">${html.word('length')}: <span>${said}</span></span>`,
    ]);
  }

  #folder(folder: FolderDifference): void {
    const { html } = this;
    html.row('folder', [html.said(say('files-same', { count: folder.same }))]);
    this.#paths('file-changed', folder.changed);
    this.#paths('file-missing', folder.missing);
    this.#paths('file-added', folder.added);
    this.#paths('file-renamed', folder.renamed.map(({ from, to }) => `${from} -> ${to}`));
  }

  #paths(label: Word, paths: readonly string[]): void {
    const lines = paths.slice(0, LISTED).map(quotedHtml);
    if (paths.length > LISTED) lines.push(this.html.said(say('more-files', { count: paths.length - LISTED })));
    if (lines.length > 0) this.html.row(label, lines);
  }

  #file(label: Word, name: string | null, digest: string | null): void {
    if (digest === null) return this.html.row(label, [this.html.word('not-provided')]);
    this.html.row(label, [...(name === null ? [] : [quotedHtml(name)]), `SHA-256 ${data(digest)}`]);
  }
}
