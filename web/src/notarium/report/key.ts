// What the ledger says of the key that signed an entry: facts of step 8, and the sentences that they are told in.
//
// How a key stood is by the entries before the one in question and that entry's time (docs/formats.md, Admission). A revocation
// that came later is shown, and a registrar's claim that the key was compromised; neither changes a verdict.

import { formatTime } from '../codec/time';
import { say, type Sentence, type Value } from './sentence';
import type { Word } from './words';

export const KEY_STANDINGS = [
  'not-checked',
  'ledgers-own',
  'not-enrolled',
  'not-yet-valid',
  'in-force',
  'expired',
  'revoked',
  'retired',
] as const;
export type KeyStanding = (typeof KEY_STANDINGS)[number];

/** Who enrolled or revoked a key; a registrar by its key in hex, and the name that it was enrolled under then. */
export type Whom = 'itself' | 'ledgers-own' | { readonly publicKey: string; readonly name: string | null };

export interface EnrolmentFacts {
  /** The entry that admits it. */
  readonly entry: number;
  readonly name: string;
  /** How the registrar says that identity was checked; may be empty. */
  readonly assurance: string;
  readonly by: Whom;
  /** Milliseconds; null when not stated. */
  readonly notBefore: number | null;
  /** Exclusive. */
  readonly notAfter: number | null;
}

export interface RevocationFacts {
  readonly entry: number;
  readonly by: Whom;
  readonly reason: Word;
  /** Since when the key is claimed to have been compromised; null when that is not said. */
  readonly compromisedSince: number | null;
}

/** A key as it stood at an entry that it signed. */
export interface KeyAtEntry {
  readonly standing: KeyStanding;
  /** The enrolment that counted. */
  readonly enrolment: EnrolmentFacts | null;
  /** Its revocation, before the entry or since. */
  readonly revocation: RevocationFacts | null;
  /** Whether the revocation claims that the key was compromised at the entry's time already. */
  readonly compromiseClaimed: boolean;
}

/** A key that was not looked up. */
export const KEY_NOT_CHECKED: KeyAtEntry = {
  standing: 'not-checked',
  enrolment: null,
  revocation: null,
  compromiseClaimed: false,
};

/** How the key stood at entry `index`, and that something is claimed of it: what a check says. */
export function keySummary(key: KeyAtEntry, index: number): Sentence[] {
  const { enrolment, revocation, standing } = key;
  const said = standingSentences(key);
  if (revocation && revocation.entry < index) said.push(revocationSentence(revocation, index));
  else if (enrolment && standing === 'in-force') said.push(say('key-in-force', { entry: enrolment.entry }));
  return [...said, ...keyClaimed(key)];
}

/** Everything, with names, how identity was checked, and why a claim changes nothing. */
export function keySentences(key: KeyAtEntry, index: number): Sentence[] {
  const { enrolment, revocation, compromiseClaimed } = key;
  const since = revocation?.compromisedSince ?? null;
  return [
    ...(enrolment ? enrolmentSentences(enrolment) : []),
    ...standingSentences(key),
    ...(revocation ? [revocationSentence(revocation, index)] : []),
    ...(revocation && compromiseClaimed && since !== null
      ? [say('key-claim', { by: whomValue(revocation.by), since: { time: since } })]
      : []),
    ...(compromiseClaimed ? [say('key-claim-why')] : []),
  ];
}

/** A registrar's claim that reaches back to entry `index`: the revocation that makes it, and what it says; nothing when none does. */
export function keyClaimTold({ revocation, compromiseClaimed }: KeyAtEntry, index: number): Sentence[] {
  if (!revocation || !compromiseClaimed) return [];
  const since = revocation.compromisedSince;
  const told = [revocationSentence(revocation, index)];
  if (since !== null) told.push(say('key-claim', { by: whomValue(revocation.by), since: { time: since } }));
  return told;
}

/** That a registrar's claim reaches back to the entry; nothing when none does. */
function keyClaimed({ revocation, compromiseClaimed }: KeyAtEntry): Sentence[] {
  return revocation && compromiseClaimed ? [say('key-claimed', { entry: revocation.entry })] : [];
}

/** What the enrolment alone does not tell. */
function standingSentences({ standing, enrolment }: KeyAtEntry): Sentence[] {
  if (standing === 'in-force' || standing === 'revoked') return [];
  if (standing === 'not-yet-valid' || standing === 'expired') {
    const time = (standing === 'expired' ? enrolment?.notAfter : enrolment?.notBefore) ?? null;
    return time === null ? [] : [say(`key-${standing}`, { time: { time } })];
  }
  return [say(`key-${standing}`)];
}

function enrolmentSentences({ name, by, entry, assurance }: EnrolmentFacts): Sentence[] {
  const enrolled = say('key-enrolled', { name, by: whomValue(by), entry });
  return assurance === '' ? [enrolled] : [enrolled, say('key-assurance', { assurance })];
}

function revocationSentence({ entry, by, reason }: RevocationFacts, index: number): Sentence {
  const word = entry < index ? 'key-revoked-before' : 'key-revoked-later';
  return say(word, { entry, by: whomValue(by), reason: { word: reason } });
}

function whomValue(by: Whom): Value {
  if (by === 'itself') return { word: 'by-itself' };
  if (by === 'ledgers-own') return { word: 'by-ledger' };
  const { publicKey: key, name } = by;
  return { list: [name === null ? say('by-registrar', { key }) : say('by-registrar-named', { name, key })] };
}

/** The key as the report's JSON has it. */
export function keyJson({ standing, enrolment, revocation, compromiseClaimed }: KeyAtEntry): unknown {
  const time = (millis: number | null): string | null => (millis === null ? null : formatTime(millis));
  return {
    standing,
    enrolment: enrolment && {
      entry: enrolment.entry,
      name: enrolment.name,
      assurance: enrolment.assurance,
      by: whomJson(enrolment.by),
      not_before: time(enrolment.notBefore),
      not_after: time(enrolment.notAfter),
    },
    revocation: revocation && {
      entry: revocation.entry,
      by: whomJson(revocation.by),
      reason: revocation.reason,
      compromised_since: time(revocation.compromisedSince),
    },
    compromise_claimed: compromiseClaimed,
  };
}

function whomJson(by: Whom): unknown {
  return typeof by === 'string' ? by : { registrar: { public_key: by.publicKey, name: by.name } };
}
