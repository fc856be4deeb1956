// The statement: what someone says and signs. The bytes are kept as they came; nothing is verified over a re-encoding.

import { concat, utf8 } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { Reader, Writer } from '../codec/reader';
import { sha256 } from '../crypto/digest';
import type { SigningKey } from '../crypto/ed25519';
import { encodeBody, isEnrol, isRevoke, isRotate, isUnknownBody, parseBody, type Body } from './body';
import {
  ED25519,
  MAX_STATEMENT_BYTES,
  isKnownSuite,
  readSignature,
  readSuiteKey,
  verifyWith,
  writeSuiteKey,
  type SuiteKey,
} from './key';

const CONSENT = utf8('notarium/consent/1\n');
const ROTATION = utf8('notarium/rotation/1\n');
/** Length of `notarium/statement/1` and LF. */
const HEADER_BYTES = 21;

/** A well-formed signed statement. Its signatures are not judged yet. */
export interface SignedStatement {
  /** The signed statement, byte for byte. */
  readonly bytes: Uint8Array;
  /** What is signed: all before the signature. */
  readonly statement: Uint8Array;
  /** SHA-256 of the statement without its signature. */
  readonly id: Uint8Array;
  readonly key: SuiteKey;
  readonly kind: number;
  readonly body: Body;
  /** The body's bytes as they came. */
  readonly bodyBytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** Reads a signed statement of version 1; an unknown suite or kind parses in its outer structure. */
export function parseStatement(bytes: Uint8Array): SignedStatement {
  const reader = new Reader(bytes);
  const version = reader.version('notarium/statement/');
  if (version !== 1) {
    throw new NotariumError('unknown-version', `statement version ${version} is not understood`, true);
  }
  if (bytes.length > MAX_STATEMENT_BYTES) {
    const message = `a signed statement of ${bytes.length} bytes, more than ${MAX_STATEMENT_BYTES}`;
    throw new NotariumError('statement-too-long', message);
  }
  const key = readSuiteKey(reader);
  const kind = reader.u8('kind');
  const bodyBytes = reader.bytes16('body', 0, MAX_STATEMENT_BYTES);
  const statement = bytes.slice(0, bytes.length - reader.left);
  const signature = readSignature(reader, key, 'signature');
  reader.finish('signed statement');
  const body = parseBody(kind, bodyBytes);
  return { bytes: bytes.slice(), statement, id: sha256(statement), key, kind, body, bodyBytes, signature };
}

/** Makes a statement of suite 1 and signs it. Deterministic: all randomness is in the body. */
export function signStatement(body: Body, key: SigningKey): SignedStatement {
  const writer = new Writer('notarium/statement/1\n');
  writeSuiteKey(writer, { suite: ED25519, publicKey: key.publicKey });
  const statement = writer.u8(body.kind).bytes16('body', encodeBody(body)).finish();
  return parseStatement(new Writer().bytes(statement).bytes16('signature', key.sign(statement)).finish());
}

/** Checks the signature over the statement, over the bytes as they came. */
export function checkSignature(signed: SignedStatement): void {
  const wrong = new NotariumError('bad-signature', 'the signature over the statement does not hold');
  verifyWith(signed.key, signed.statement, signed.signature, wrong);
}

/** Checks, for an enrolment or a rotation, that the key which it names consents; other kinds need no consent. */
export function checkConsent({ statement, body, bodyBytes }: SignedStatement): void {
  if (!isEnrol(body) && !isRotate(body)) return;
  const terms = bodyBytes.subarray(0, bodyBytes.length - 2 - body.consent.length);
  const wrong = new NotariumError('bad-consent', 'the consent of the key that it names does not hold');
  // Suite and key of the signer stand between the header and the kind.
  const replaced = statement.subarray(HEADER_BYTES, statement.length - bodyBytes.length - 3);
  const message = isRotate(body) ? concat(ROTATION, replaced, terms) : concat(CONSENT, terms);
  verifyWith(body.key, message, body.consent, wrong);
}

/** Checks, for a revocation, that the suite of the revoked key is understood: there is no signature of it to judge. */
export function checkRevokedSuite({ body }: SignedStatement): void {
  if (isRevoke(body) && !isKnownSuite(body.key)) {
    throw new NotariumError('unknown-suite', `signature suite ${body.key.suite} is not understood`, true);
  }
}

/** Judges every signature in it; a kind or suite that is not understood throws an unknown error. */
export function verifyStatement(signed: SignedStatement): void {
  checkSignature(signed);
  checkConsent(signed);
  checkRevokedSuite(signed);
  if (isUnknownBody(signed.body)) {
    throw new NotariumError('unknown-kind', `statement kind ${signed.kind} is not understood`, true);
  }
}
