// The body of a statement: what is said, by kind.

import { isZero, utf8 } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { Reader, Writer } from '../codec/reader';
import { checkOrigin } from '../note/name';
import type { Fingerprint } from './fingerprint';
import { readSignature, readSuiteKey, writeSuiteKey, type SuiteKey } from './key';

export const KIND = { genesis: 0, evidence: 1, enrol: 2, revoke: 3, rotate: 4 } as const;

/** The first statement of a ledger, signed by the ledger's own key. */
export interface Genesis {
  readonly kind: 0;
  readonly origin: string;
  readonly admission: 'open' | 'enrolled';
}

/** A deposit. It names no ledger, so that it can be repeated elsewhere. */
export interface Evidence {
  readonly kind: 1;
  readonly fingerprint: Fingerprint;
  /** Milliseconds; 0: not stated. */
  readonly claimedTime: number;
  /** The statement that this one supplements or follows. */
  readonly continues: Uint8Array | null;
  /** Commitment to the private details. */
  readonly details: Uint8Array | null;
  /** 16 random bytes. */
  readonly nonce: Uint8Array;
}

/** A key is enrolled on one ledger. */
export interface Enrol {
  readonly kind: 2;
  /** Leaf hash of that ledger's entry 0. */
  readonly ledger: Uint8Array;
  readonly key: SuiteKey;
  readonly role: 'submitter' | 'registrar';
  readonly name: string;
  readonly assurance: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** The enrolled key's signature over `consentMessage`. */
  readonly consent: Uint8Array;
}

export const REVOKE_REASONS = ['unspecified', 'key compromised', 'superseded', 'ceased'] as const;

/** A key is revoked on one ledger, for good. */
export interface Revoke {
  readonly kind: 3;
  readonly ledger: Uint8Array;
  readonly key: SuiteKey;
  readonly reason: (typeof REVOKE_REASONS)[number];
  readonly compromisedSince: number;
}

/** A ledger's own key is replaced by another; signed by the one that is replaced. */
export interface Rotate {
  readonly kind: 4;
  /** Leaf hash of that ledger's entry 0. */
  readonly ledger: Uint8Array;
  /** The new key. */
  readonly key: SuiteKey;
  /** For how many milliseconds from the entry's time on checkpoints are signed by both keys. */
  readonly overlap: number;
  /** The new key's signature over `rotationMessage`. */
  readonly consent: Uint8Array;
}

/** A kind that this version does not know. From 128 on it never changes keys or admission. */
export interface UnknownBody {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

export type Body = Genesis | Evidence | Enrol | Revoke | Rotate | UnknownBody;

export const isEvidence = (body: Body): body is Evidence => body.kind === KIND.evidence;
export const isEnrol = (body: Body): body is Enrol => body.kind === KIND.enrol;
export const isRevoke = (body: Body): body is Revoke => body.kind === KIND.revoke;
export const isRotate = (body: Body): body is Rotate => body.kind === KIND.rotate;
export const isUnknownBody = (body: Body): body is UnknownBody => body.kind > KIND.rotate;

export function parseBody(kind: number, bytes: Uint8Array): Body {
  if (kind > KIND.rotate) return { kind, bytes };
  const reader = new Reader(bytes);
  const body = [readGenesis, readEvidence, readEnrol, readRevoke, readRotate][kind]!(reader);
  reader.finish('body');
  return body;
}

export function encodeBody(body: Body): Uint8Array {
  const writer = new Writer();
  if (isUnknownBody(body)) writer.bytes(body.bytes);
  else if (isEvidence(body)) writeEvidence(writer, body);
  else if (isEnrol(body)) writeEnrol(writer, body);
  else if (isRevoke(body)) writeRevoke(writer, body);
  else if (isRotate(body)) writeRotate(writer, body);
  else writeGenesis(writer, body as Genesis);
  return writer.finish();
}

function readGenesis(reader: Reader): Genesis {
  const origin = checkOrigin(reader.text16('origin', 1, 255));
  const code = reader.u8('admission');
  if (code > 1) throw new NotariumError('unknown-admission', `admission: ${code} is neither 0 nor 1`);
  return { kind: 0, origin, admission: code === 0 ? 'open' : 'enrolled' };
}

function writeGenesis(writer: Writer, { origin, admission }: Genesis): void {
  writer.bytes16('origin', utf8(origin)).u8(admission === 'open' ? 0 : 1);
}

function readEvidence(reader: Reader): Evidence {
  const mode = reader.u8('digest_mode');
  if (mode > 1) throw new NotariumError('unknown-digest-mode', `digest_mode: ${mode} is neither 0 nor 1`);
  const sha256 = reader.bytes(32, 'sha256');
  const sm3 = reader.bytes(32, 'sm3');
  const length = reader.u64('length');
  if (mode === 1 && length > 0) {
    throw new NotariumError('salted-length', `length: ${length} in salted mode, where it is 0`);
  }
  return {
    kind: 1,
    fingerprint: { salted: mode === 1, sha256, sm3, length },
    claimedTime: reader.time('claimed_time'),
    continues: unlessZeros(reader.bytes(32, 'continues')),
    details: unlessZeros(reader.bytes(32, 'details')),
    nonce: reader.bytes(16, 'nonce'),
  };
}

function writeEvidence(writer: Writer, evidence: Evidence): void {
  const { salted, sha256, sm3, length } = evidence.fingerprint;
  const zeros = new Uint8Array(32);
  writer.u8(salted ? 1 : 0).bytes(sha256).bytes(sm3).u64('length', length).u64('claimed_time', evidence.claimedTime);
  writer.bytes(evidence.continues ?? zeros).bytes(evidence.details ?? zeros).bytes(evidence.nonce);
}

function readEnrol(reader: Reader): Enrol {
  const ledger = reader.bytes(32, 'ledger');
  const key = readSuiteKey(reader);
  const code = reader.u8('role');
  if (code !== 1 && code !== 2) throw new NotariumError('unknown-role', `role: ${code} is neither 1 nor 2`);
  const name = reader.text16('name', 1, 255);
  const assurance = reader.text16('assurance', 0, 255);
  const notBefore = reader.time('not_before');
  const notAfter = reader.time('not_after');
  const consent = readSignature(reader, key, 'consent');
  const role = code === 1 ? 'submitter' : 'registrar';
  return { kind: 2, ledger, key, role, name, assurance, notBefore, notAfter, consent };
}

function writeTerms(writer: Writer, enrol: Enrol): void {
  writer.bytes(enrol.ledger);
  writeSuiteKey(writer, enrol.key);
  writer.u8(enrol.role === 'submitter' ? 1 : 2);
  writer.bytes16('name', utf8(enrol.name)).bytes16('assurance', utf8(enrol.assurance));
  writer.u64('not_before', enrol.notBefore).u64('not_after', enrol.notAfter);
}

function writeEnrol(writer: Writer, enrol: Enrol): void {
  writeTerms(writer, enrol);
  writer.bytes16('consent', enrol.consent);
}

/** What the enrolled key signs: the consent's domain and the body up to the consent. */
export function consentMessage(enrol: Enrol): Uint8Array {
  const writer = new Writer('notarium/consent/1\n');
  writeTerms(writer, enrol);
  return writer.finish();
}

function readRevoke(reader: Reader): Revoke {
  const ledger = reader.bytes(32, 'ledger');
  const key = readSuiteKey(reader);
  const code = reader.u8('reason');
  const reason = REVOKE_REASONS[code];
  if (reason === undefined) throw new NotariumError('unknown-reason', `reason: ${code} is above 3`);
  return { kind: 3, ledger, key, reason, compromisedSince: reader.time('compromised_since') };
}

function writeRevoke(writer: Writer, revoke: Revoke): void {
  writer.bytes(revoke.ledger);
  writeSuiteKey(writer, revoke.key);
  writer.u8(REVOKE_REASONS.indexOf(revoke.reason)).u64('compromised_since', revoke.compromisedSince);
}

function readRotate(reader: Reader): Rotate {
  const ledger = reader.bytes(32, 'ledger');
  const key = readSuiteKey(reader);
  const overlap = reader.u64('overlap');
  return { kind: 4, ledger, key, overlap, consent: readSignature(reader, key, 'consent') };
}

function writeRotation(writer: Writer, rotate: Rotate): void {
  writer.bytes(rotate.ledger);
  writeSuiteKey(writer, rotate.key);
  writer.u64('overlap', rotate.overlap);
}

function writeRotate(writer: Writer, rotate: Rotate): void {
  writeRotation(writer, rotate);
  writer.bytes16('consent', rotate.consent);
}

/** What the new key signs: the consent's domain, the key that it replaces, and the body up to the consent. */
export function rotationMessage(rotate: Rotate, replaced: SuiteKey): Uint8Array {
  const writer = new Writer('notarium/rotation/1\n');
  writeSuiteKey(writer, replaced);
  writeRotation(writer, rotate);
  return writer.finish();
}

/** Zeros stand for "none". */
function unlessZeros(bytes: Uint8Array): Uint8Array | null {
  return isZero(bytes) ? null : bytes;
}
