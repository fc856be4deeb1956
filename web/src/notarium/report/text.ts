// A report as text for a person, line for line the command line's: verdict first, then the checks, then what they rest on.

import { encodeBase64 } from '../codec/text';
import { formatTime } from '../codec/time';
import { isJsonObject, jsonText, type Json } from '../evidence/ijson';
import { posixMillis } from '../trust/cosignature';
import type { DigestFacts, EarlierDeposit, Facts, NoEarlier, Vouched } from './facts';
import type { FolderDifference } from './folder';
import { keyClaimTold, keySentences } from './key';
import { PAGE, padded, width, wrap } from './layout';
import { inLanguage, say, shown, type Sentence } from './sentence';
import { stepName, stepNumber } from './verdict';
import { NOT_PROVED, type Report } from './verify';
import { wordText, type Language, type Word } from './words';

/** Gives a time as local time with its offset, or null where the zone is not known. */
export type LocalTime = (millis: number) => string | null;

/** Paths of one kind that are listed; beyond these they are counted. The JSON has them all. */
const LISTED = 100;

/** The report as text, lines ending in LF. */
export function renderText(report: Report, language: Language, localTime: LocalTime = () => null): string {
  const page = new Page(language, localTime);
  page.verdict(report);
  page.checks(report);
  page.remarks(report);
  page.evidence(report);
  page.entry(report.facts);
  page.times(report.facts.times);
  page.checkpoint(report.facts);
  page.details(report.facts);
  page.beforeLedger(report.facts);
  page.provesNot();
  page.provenance(report);
  return page.text;
}

const LABELS: readonly Word[] = [
  'admitted-time',
  'as-computed-salted',
  'as-recorded-salted',
  'claimed-time',
  'entry-number',
  'not-made',
  'pre-captured-at',
  'pre-version',
  'statement-id',
  'trusted-time',
];

class Page {
  #out = '';
  readonly #labels: number;

  constructor(
    private readonly language: Language,
    private readonly localTime: LocalTime,
  ) {
    this.#labels = Math.max(...LABELS.map((word) => width(this.#word(word)))) + 2;
  }

  get text(): string {
    return this.#out;
  }

  verdict(report: Report): void {
    this.#heading('report');
    this.#line('');
    const verdict = this.#word(report.verdict);
    this.#field('verdict', this.language === 'en' ? verdict.toUpperCase() : verdict);
    this.#under(this.#said(report.meaning));
    if (report.proves) this.#under(this.#word(report.proves));
  }

  checks({ checks }: Report): void {
    this.#heading('checks');
    const names = Math.max(0, ...checks.map(({ step }) => width(this.#word(stepName(step))))) + 2;
    const outcomes = Math.max(...(['passed', 'failed', 'not-made'] as const).map((word) => width(this.#word(word)))) + 2;
    for (const { step, outcome, detail } of checks) {
      const name = padded(this.#word(stepName(step)), names);
      const head = `  ${stepNumber(step)}  ${name}${this.#word(outcome)}`;
      detail.forEach((why, at) => this.#beside(at === 0 ? head : '', 5 + names + outcomes, this.#said(why)));
    }
  }

  remarks({ remarks }: Report): void {
    if (remarks.length === 0) return;
    this.#heading('remarks');
    for (const remark of remarks) this.#item(this.#said(remark));
  }

  evidence({ facts, provenance }: Report): void {
    const { computed, computedSalted, recorded, salted, folder, member } = facts.evidence;
    if (!computed && !recorded) return;
    this.#heading('evidence');
    if (member) {
      this.#field('package-file', shown(member.file));
      this.#under(`SHA-256  ${member.sha256}`);
    }
    if (provenance.evidence !== null) this.#field(member ? 'package-manifest' : 'file', shown(provenance.evidence));
    this.#digests('as-computed', computed);
    if (salted) this.#digests('as-computed-salted', computedSalted);
    this.#digests(salted ? 'as-recorded-salted' : 'as-recorded', recorded);
    if (folder) this.#folder(folder);
  }

  entry(facts: Facts): void {
    const { entry, statement, ledger } = facts;
    if (!entry) return;
    this.#heading('entry');
    this.#field('entry-number', String(entry.index));
    this.#field('leaf-hash', entry.leaf);
    if (!statement) return;
    this.#field('statement-id', statement.id);
    if (statement.kind !== 1) this.#field('kind-label', String(statement.kind));
    this.#field('submitter', statement.publicKey);
    if (ledger) keySentences(ledger.key, entry.index).forEach((said) => this.#under(this.#said(said)));
    else this.#under(this.#word('key-not-checked'));
    if (statement.continues !== null) this.#field('continues', statement.continues);
    if (!ledger?.earlier) return;
    ledger.earlier.forEach((deposit, at) => this.#deposit(at === 0 ? 'earliest-deposit' : 'earlier-deposit', deposit));
    if (ledger.earlier.length > 0) this.#under(this.#word('first-is-not-creation'));
    for (const hit of ledger.partial) {
      this.#deposit('partial-label', hit);
      this.#under(this.#said(say('partial-why', { agrees: { word: hit.agrees } })));
    }
  }

  times(times: Facts['times']): void {
    if (times.admitted === null && times.vouched.by === 'unchecked') return;
    this.#heading('times');
    if (times.claimed === null) {
      this.#field('claimed-time', this.#word('not-stated'));
    } else {
      this.#field('claimed-time', this.#time(times.claimed));
      this.#under(this.#word('claimed-by'));
    }
    if (times.admitted !== null) {
      this.#field('admitted-time', this.#time(times.admitted));
      this.#under(this.#word('clock-of-ledger'));
    }
    this.#vouched(times.vouched);
    if (times.noEarlier) this.#noEarlier(times.noEarlier);
  }

  checkpoint({ checkpoint, reliedOn, witnesses }: Facts): void {
    if (!checkpoint) return;
    this.#heading('checkpoint-heading');
    this.#field('origin', shown(checkpoint.origin));
    this.#field('size', String(checkpoint.size));
    this.#field('root', checkpoint.root);
    for (const { name, id } of reliedOn) this.#field('relied-on', this.#said(say('key-id', { name, id })));
    for (const { name, id, time, valid } of witnesses) {
      const at = time === null ? '' : this.#witnessTime(time);
      this.#field('witness', this.#said(say(valid ? 'witness-at' : 'witness-bad', { name, id, time: at })));
    }
  }

  details({ details }: Facts): void {
    if (!details) return;
    this.#heading('details-heading');
    if ('raw' in details) {
      this.#item(this.#word('malformed'));
      this.#beside('', 4, encodeBase64(details.raw));
      return;
    }
    for (const [name, text] of detailLines(details.object)) this.#item(`${shown(name)}: ${shown(text)}`);
  }

  beforeLedger(facts: Facts): void {
    if (facts.beforeLedger.length === 0) return;
    this.#heading('pre-chain');
    for (const { about, said } of facts.beforeLedger) {
      this.#field(about, said === null ? this.#word('not-provided') : shown(said));
    }
  }

  provesNot(): void {
    this.#heading('proves-not');
    for (const word of NOT_PROVED) this.#item(this.#word(word));
  }

  provenance({ provenance }: Report): void {
    this.#heading('verified-with');
    this.#field('software', provenance.software);
    this.#file('receipt-label', provenance.receipt, provenance.receiptSha256);
    this.#file('policy-label', provenance.policy, provenance.policySha256);
    if (provenance.verifiedBy !== null) this.#field('verified-by', shown(provenance.verifiedBy));
    if (provenance.verifiedAt !== null) this.#field('verified-at', this.#time(provenance.verifiedAt));
  }

  #deposit(label: Word, { index, time, publicKey, key }: EarlierDeposit): void {
    this.#field(label, `${index}  ${this.#time(time)}`);
    this.#under(publicKey);
    if (key.enrolment) this.#under(shown(key.enrolment.name));
    const claim = keyClaimTold(key, index);
    claim.forEach((said) => this.#under(this.#said(said)));
    if (claim.length > 0) this.#under(this.#word('key-claim-why'));
  }

  #file(label: Word, name: string | null, digest: string | null): void {
    if (digest === null) return this.#field(label, this.#word('not-provided'));
    if (name === null) return this.#field(label, `SHA-256 ${digest}`);
    this.#field(label, shown(name));
    this.#under(`SHA-256 ${digest}`);
  }

  #digests(whose: Word, digests: DigestFacts | null): void {
    if (!digests) return;
    this.#field(whose, `SHA-256  ${digests.sha256}`);
    this.#under(`SM3      ${digests.sm3}`);
    const { length } = digests;
    const said = length === null ? this.#word('not-recorded-salted') : this.#said(say('bytes', { count: length }));
    this.#under(padded(this.#word('length'), 9) + said);
  }

  #folder(folder: FolderDifference): void {
    this.#field('folder', this.#said(say('files-same', { count: folder.same })));
    this.#paths('file-changed', folder.changed);
    this.#paths('file-missing', folder.missing);
    this.#paths('file-added', folder.added);
    this.#paths('file-renamed', folder.renamed.map(({ from, to }) => `${from} -> ${to}`));
  }

  #paths(label: Word, paths: readonly string[]): void {
    paths.slice(0, LISTED).forEach((path, at) => {
      if (at === 0) this.#field(label, shown(path));
      else this.#under(shown(path));
    });
    if (paths.length > LISTED) this.#under(this.#said(say('more-files', { count: paths.length - LISTED })));
  }

  #vouched(vouched: Vouched): void {
    if (vouched.by !== 'witnesses') return this.#field('trusted-time', this.#word(VOUCHED_WORDS[vouched.by]));
    const time = this.#witnessTime(vouched.noLaterThan);
    this.#field('trusted-time', this.#said(say('no-later-than', { time })));
    this.#clocks(vouched.clocks);
  }

  #noEarlier(found: NoEarlier): void {
    if (found.by === 'nobody') return this.#under(this.#said(found.why));
    const { noEarlierThan, size, clocks } = found;
    this.#under(this.#said(say('no-earlier-than', { time: this.#witnessTime(noEarlierThan), size })));
    this.#clocks(clocks);
  }

  #clocks(clocks: readonly string[]): void {
    this.#under(this.#said(say('clock-of-witnesses', { witnesses: clocks.join(', ') })));
  }

  #word(word: Word): string {
    return wordText(word, this.language);
  }

  #said(sentence: Sentence): string {
    return inLanguage(sentence, this.language);
  }

  #time(millis: number): string {
    const local = this.localTime(millis);
    return local === null ? formatTime(millis) : `${formatTime(millis)} (${shown(local)})`;
  }

  #witnessTime(seconds: bigint): string {
    const millis = posixMillis(seconds);
    return millis === null ? this.#said(say('seconds-after1970', { count: seconds })) : this.#time(millis);
  }

  #line(text: string): void {
    this.#out += `${text.trimEnd()}\n`;
  }

  #heading(word: Word): void {
    if (this.#out !== '') this.#line('');
    this.#line(this.#word(word));
  }

  /** `text` wrapped beside `head`, which takes so many columns in the first line. */
  #beside(head: string, columns: number, text: string): void {
    wrap(text, PAGE - columns).forEach((line, at) => this.#line(padded(at === 0 ? head : '', columns) + line));
  }

  #field(label: Word, value: string): void {
    this.#beside(`  ${this.#word(label)}`, this.#labels + 2, value);
  }

  #under(value: string): void {
    this.#beside('', this.#labels + 2, value);
  }

  #item(text: string): void {
    this.#beside('  -', 4, text);
  }
}

const VOUCHED_WORDS = {
  unchecked: 'no-policy-vouches',
  nobody: 'nobody-vouches',
  'quorum-missing': 'quorum-missing',
} as const;

/** Names and values of details as lines of text; an object's own names on lines of their own. */
export function detailLines(object: ReadonlyMap<string, Json>): [string, string][] {
  return [...object].flatMap(([name, value]): [string, string][] =>
    isJsonObject(value)
      ? [...value].map(([inner, member]): [string, string] => [`${name}.${inner}`, jsonText(member)])
      : [[name, jsonText(value)]],
  );
}
