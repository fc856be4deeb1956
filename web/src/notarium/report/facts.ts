// What was found on the way to a verdict: numbers, digests, keys and times, each with whose word it is. Shown, never judged.

import { encodeHex } from '../codec/text';
import type { Digests } from '../crypto/digest';
import type { Fingerprint } from '../evidence/fingerprint';
import { isJsonObject, jsonText, type Json, type JsonObject } from '../evidence/ijson';
import type { SignedCheckpoint } from '../trust/checkpoint';
import type { FolderDifference } from './folder';
import type { KeyAtEntry } from './key';
import type { Member } from './member';
import type { Sentence } from './sentence';
import type { Word } from './words';

/** Both digests in hex, and the length where there is one. */
export interface DigestFacts {
  readonly sha256: string;
  readonly sm3: string;
  readonly length: number | null;
}

export interface KeyFacts {
  readonly name: string;
  /** Eight hex digits. */
  readonly id: string;
}

export interface WitnessFacts extends KeyFacts {
  /** What the policy calls the witness. */
  readonly witness: string;
  /** Seconds by the witness's clock, where the cosignature is valid. */
  readonly time: bigint | null;
  readonly valid: boolean;
}

/** Who vouches for a time. */
export type Vouched =
  | { readonly by: 'unchecked' }
  | { readonly by: 'nobody' }
  | { readonly by: 'quorum-missing' }
  | { readonly by: 'witnesses'; readonly noLaterThan: bigint; readonly clocks: readonly string[] };

/** The time before which the entry was not in the tree that witnesses cosigned. */
export type NoEarlier =
  /** A checkpoint that is given does not bound the time. */
  | { readonly by: 'nobody'; readonly why: Sentence }
  /** At this time, in seconds, a quorum had cosigned the ledger's first `size` entries without this one, and no more. */
  | { readonly by: 'witnesses'; readonly noEarlierThan: bigint; readonly size: bigint; readonly clocks: readonly string[] };

export interface EarlierDeposit {
  readonly index: number;
  /** Milliseconds by the ledger's clock. */
  readonly time: number;
  readonly publicKey: string;
  /** How that key stood there. */
  readonly key: KeyAtEntry;
}

/** An earlier entry that agrees in one digest alone, or in both and not in mode and length: never the same evidence. */
export interface PartialDeposit extends EarlierDeposit {
  readonly agrees: 'agrees-sha256' | 'agrees-sm3' | 'agrees-digests';
}

/** What the ledger or a replayed copy says: step 8, given in by the caller. */
export interface LedgerSide {
  /** Where it was looked up. */
  readonly source: string;
  /** Entries that were replayed and found good; null when the ledger's word was taken. */
  readonly replayed: number | null;
  /** The submitter's key at the entry. */
  readonly key: KeyAtEntry;
  /** Earlier deposits of the same evidence, oldest first; null where that does not apply. */
  readonly earlier: readonly EarlierDeposit[] | null;
  /** Earlier entries that have a digest in common and are of other evidence, oldest first; they count for nothing. */
  readonly partial: readonly PartialDeposit[];
}

/** The private details, as far as they are disclosed. */
export type DetailsFacts = { readonly object: JsonObject } | { readonly raw: Uint8Array };

/** One line of the time before the ledger. */
export interface BeforeLedger {
  readonly about: Word;
  readonly said: string | null;
}

/** Everything that a report shows beside its checks. What is null could not be read or was not given. */
export interface Facts {
  entry: { readonly index: number; readonly leaf: string } | null;
  statement: {
    readonly id: string;
    readonly kind: number;
    readonly suite: number;
    readonly publicKey: string;
    readonly continues: string | null;
  } | null;
  evidence: {
    computed: DigestFacts | null;
    computedSalted: DigestFacts | null;
    recorded: DigestFacts | null;
    salted: boolean;
    folder: FolderDifference | null;
    /** The one file of a package that is shown, where the evidence is the package's manifest. */
    member: Member | null;
  };
  /** Milliseconds. `noEarlier` is the other end of the interval, where a checkpoint without the entry was given. */
  times: { claimed: number | null; admitted: number | null; vouched: Vouched; noEarlier: NoEarlier | null };
  checkpoint: { readonly origin: string; readonly size: bigint; readonly root: string } | null;
  reliedOn: KeyFacts[];
  witnesses: WitnessFacts[];
  details: DetailsFacts | null;
  beforeLedger: BeforeLedger[];
  ledger: LedgerSide | null;
}

export function noFacts(): Facts {
  return {
    entry: null,
    statement: null,
    evidence: { computed: null, computedSalted: null, recorded: null, salted: false, folder: null, member: null },
    times: { claimed: null, admitted: null, vouched: { by: 'unchecked' }, noEarlier: null },
    checkpoint: null,
    reliedOn: [],
    witnesses: [],
    details: null,
    beforeLedger: [],
    ledger: null,
  };
}

/** The first valid cosignature by a witness of the policy: its time in seconds, and the witness. */
export function firstCosigned({ witnesses }: Facts): { readonly time: bigint; readonly witness: string } | null {
  let first: { time: bigint; witness: string } | null = null;
  for (const { time, witness } of witnesses) {
    if (time !== null && (first === null || time < first.time)) first = { time, witness };
  }
  return first;
}

export function digestFacts({ sha256, sm3, length }: Digests): DigestFacts {
  return { sha256: encodeHex(sha256), sm3: encodeHex(sm3), length };
}

/** Of a fingerprint: no length in salted mode. */
export function recordedFacts({ salted, sha256, sm3, length }: Fingerprint): DigestFacts {
  return { sha256: encodeHex(sha256), sm3: encodeHex(sm3), length: salted ? null : length };
}

export function checkpointFacts({ origin, head }: SignedCheckpoint): NonNullable<Facts['checkpoint']> {
  return { origin, size: head.size, root: encodeHex(head.root) };
}

const BEFORE_LEDGER: readonly (readonly [Word, readonly string[]])[] = [
  ['pre-source', ['source']],
  ['pre-author', ['author']],
  ['pre-captured-at', ['captured', 'at']],
  ['pre-tool', ['captured', 'tool']],
  ['pre-version', ['captured', 'version']],
  ['pre-environment', ['captured', 'environment']],
  ['pre-url', ['captured', 'url']],
  ['pre-operator', ['captured', 'operator']],
  ['pre-present', ['captured', 'present']],
  ['pre-place', ['captured', 'place']],
  ['pre-storage', ['storage']],
];

/** The lines of the time before the ledger, each filled from the details where they say something. */
export function beforeLedger(details: DetailsFacts | null): BeforeLedger[] {
  return BEFORE_LEDGER.map(([about, path]) => {
    let value: Json | undefined = details !== null && 'object' in details ? details.object : undefined;
    for (const name of path) value = isJsonObject(value) ? value.get(name) : undefined;
    const said = value === undefined ? '' : jsonText(value);
    return { about, said: said === '' ? null : said };
  });
}
