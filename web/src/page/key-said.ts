// How a key stood at an entry, out of a server's answer: the ledger's word, as the report's facts.

import { KEY_NOT_CHECKED, KEY_STANDINGS, parseTime, type KeyAtEntry, type Whom, type Word } from '../notarium';

/** As the HTTP API has it (docs/api.md). */
export interface KeySaid {
  readonly standing: string;
  readonly enrolment?: {
    readonly entry: number;
    readonly registrar: string;
    readonly registrar_name?: string;
    readonly name: string;
    readonly assurance: string;
    readonly not_before?: string;
    readonly not_after?: string;
  };
  readonly revocation?: {
    readonly entry: number;
    readonly by: string;
    readonly by_name?: string;
    readonly reason: string;
    readonly compromised_since?: string;
  };
  readonly compromise_claimed?: boolean;
}

const REASONS: Readonly<Record<string, Word>> = {
  'key compromised': 'reason-compromised',
  superseded: 'reason-superseded',
  ceased: 'reason-ceased',
};

/** The word for a reason as the HTTP API has it. */
export function reasonWord(reason: string): Word {
  return REASONS[reason] ?? 'reason-unspecified';
}

/** What a server states in words that this version does not know is left out, and the key is then one that was not checked. */
export function keyAtEntry(said: KeySaid | undefined, publicKey: string): KeyAtEntry {
  const standing = KEY_STANDINGS.find((known) => known === said?.standing);
  if (!said || !standing) return KEY_NOT_CHECKED;
  const time = (text: string | undefined): number | null => (text === undefined ? null : parseTime(text));
  const whom = (by: string, name: string | undefined): Whom => {
    if (by === publicKey) return 'itself';
    return name === undefined ? 'ledgers-own' : { publicKey: by, name };
  };
  const { enrolment, revocation, compromise_claimed: compromiseClaimed = false } = said;
  return {
    standing,
    compromiseClaimed,
    enrolment: enrolment
      ? {
          entry: enrolment.entry,
          name: enrolment.name,
          assurance: enrolment.assurance,
          by: whom(enrolment.registrar, enrolment.registrar_name),
          notBefore: time(enrolment.not_before),
          notAfter: time(enrolment.not_after),
        }
      : null,
    revocation: revocation
      ? {
          entry: revocation.entry,
          by: whom(revocation.by, revocation.by_name),
          reason: reasonWord(revocation.reason),
          compromisedSince: time(revocation.compromised_since),
        }
      : null,
  };
}
