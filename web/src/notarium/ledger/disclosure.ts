// The disclosure: what a receipt shows of the entry, the salts and the details. Nothing in it is believed.

import { NotariumError, attempt } from '../codec/error';
import { Reader, Writer, lengthOutOfRange } from '../codec/reader';
import { isEvidence, isUnknownBody } from '../evidence/body';
import { MAX_DETAILS_BYTES } from '../evidence/details';
import { entryStatement, parseEntry, type Entry } from '../evidence/entry';
import type { SignedStatement } from '../evidence/statement';
import { leafHash } from '../merkle/hash';

/** Details that are shown, with the salt that their commitment takes. */
export interface DisclosedDetails {
  readonly salt: Uint8Array;
  /** Exactly as committed to; I-JSON or not. */
  readonly json: Uint8Array;
}

export interface Disclosure {
  /** The entry, byte for byte as the tree has it. */
  readonly entryBytes: Uint8Array;
  readonly leaf: Uint8Array;
  /** The entry; or the error that says its version is not understood. */
  readonly entry: Entry | NotariumError;
  /** The statement in it; the same. */
  readonly statement: SignedStatement | NotariumError;
  readonly evidenceSalt: Uint8Array | null;
  readonly details: DisclosedDetails | null;
}

/** Shows an entry, and as much as is given of the rest. What is of a version that is not understood is taken as it is. */
export function newDisclosure(
  entryBytes: Uint8Array,
  evidenceSalt: Uint8Array | null,
  details: DisclosedDetails | null,
): Disclosure {
  if (entryBytes.length > 0xffff) throw lengthOutOfRange('entry', entryBytes.length, 0, 0xffff);
  if (details && (details.json.length < 1 || details.json.length > MAX_DETAILS_BYTES)) {
    throw lengthOutOfRange('details_json', details.json.length, 1, MAX_DETAILS_BYTES);
  }
  const entry = understood(() => parseEntry(entryBytes), 'entry: ');
  const statement =
    entry instanceof NotariumError ? entry : understood(() => entryStatement(entry), 'entry: signed_statement: ');
  if (evidenceSalt && !(statement instanceof NotariumError) && saysPlain(statement)) {
    throw new NotariumError('salt-in-plain-mode', 'evidence_salt, yet the statement is not in salted mode');
  }
  return { entryBytes, leaf: leafHash(entryBytes), entry, statement, evidenceSalt, details };
}

/** Reads a disclosure of version 1. */
export function parseDisclosure(bytes: Uint8Array): Disclosure {
  const reader = new Reader(bytes);
  const version = reader.version('notarium/receipt/');
  if (version !== 1) {
    throw new NotariumError('unknown-disclosure-version', `disclosure version ${version} is not understood`, true);
  }
  const entry = reader.bytes16('entry', 0, 0xffff);
  const evidenceSalt = readSalt(reader, 'evidence_salt');
  const salt = readSalt(reader, 'details_salt');
  const json = reader.bytes16('details_json', 0, MAX_DETAILS_BYTES);
  reader.finish('disclosure');
  if (!salt && json.length > 0) {
    throw new NotariumError('details-without-salt', 'details_json without details_salt');
  }
  if (salt && json.length === 0) {
    throw new NotariumError('salt-without-details', 'details_salt without details_json');
  }
  return newDisclosure(entry, evidenceSalt, salt ? { salt, json } : null);
}

export function encodeDisclosure({ entryBytes, evidenceSalt, details }: Disclosure): Uint8Array {
  const none = new Uint8Array();
  return new Writer('notarium/receipt/1\n')
    .bytes16('entry', entryBytes)
    .bytes16('evidence_salt', evidenceSalt ?? none)
    .bytes16('details_salt', details?.salt ?? none)
    .bytes16('details_json', details?.json ?? none)
    .finish();
}

function readSalt(reader: Reader, field: string): Uint8Array | null {
  const salt = reader.bytes16(field, 0, 0xffff);
  if (salt.length === 0) return null;
  if (salt.length !== 32) throw new NotariumError('salt-length', `${field}: ${salt.length} bytes, neither 0 nor 32`);
  return salt;
}

/** What `read` gives, or the error that it is not understood; an error that says "wrong" is thrown with its place. */
function understood<T>(read: () => T, place: string): T | NotariumError {
  const found = attempt(read);
  if (found instanceof NotariumError && !found.unknown) throw new NotariumError(found.code, place + found.message);
  return found;
}

function saysPlain({ body }: SignedStatement): boolean {
  return isEvidence(body) ? !body.fingerprint.salted : !isUnknownBody(body);
}
