// Private keys as files: PKCS#8 in PEM, as OpenSSL and `notarium keygen` write and read them.
//
// Written is version 1 (RFC 5208: no public key inside, since OpenSSL 3.0 refuses version 2). Read is version 1 or 2
// (RFC 5958), plain or encrypted. The algorithm is Ed25519 (RFC 8410); nothing else is a key here.

import { concat, decodeUtf8, equal } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { decodeBase64, decodeHex, encodeBase64, encodeHex } from '../codec/text';
import { SigningKey } from '../crypto/ed25519';
import { DerReader, TAG, der, derInteger, notDer } from './der';
import { decryptPkcs8, encryptPkcs8, wrongPassphrase, type Pbkdf2 } from './pbes2';

/** Longer files are something else. */
export const MAX_KEY_FILE_BYTES = 16_384;

const ED25519 = '2b6570';
const PLAIN = 'PRIVATE KEY';
const ENCRYPTED = 'ENCRYPTED PRIVATE KEY';
const VERSION_2_PUBLIC_KEY = 0x81;
const ATTRIBUTES = 0xa0;

/** The key as PEM; encrypted when there is a passphrase, and then `random` is 32 random bytes. */
export async function encodeKeyFile(
  key: SigningKey,
  protection: { passphrase: string; random: Uint8Array; pbkdf2?: Pbkdf2 | undefined } | null,
): Promise<string> {
  const algorithm = der(TAG.sequence, der(TAG.oid, decodeHex(ED25519, 3)!));
  const document = der(TAG.sequence, derInteger(0), algorithm, der(TAG.octets, der(TAG.octets, key.seed)));
  if (!protection) return pem(PLAIN, document);
  const { passphrase, random, pbkdf2 } = protection;
  return pem(ENCRYPTED, await encryptPkcs8(document, passphrase, random, pbkdf2));
}

/** Whether a key file asks for a passphrase; throws when it is none. */
export function isKeyFileEncrypted(file: Uint8Array): boolean {
  return readPem(file).label === ENCRYPTED;
}

/** Reads a key file. `passphrase` is needed when it is encrypted. */
export async function decodeKeyFile(
  file: Uint8Array,
  passphrase: string | null = null,
  pbkdf2?: Pbkdf2,
): Promise<SigningKey> {
  const { label, document } = readPem(file);
  if (label === PLAIN) return readKey(document);
  if (passphrase === null || passphrase === '') {
    throw new NotariumError('no-passphrase', 'the key is encrypted and no passphrase was given');
  }
  const plain = await decryptPkcs8(document, passphrase, pbkdf2);
  // One wrong passphrase in 256 leaves padding that looks right over bytes that are nothing.
  if (plain[0] !== TAG.sequence) throw wrongPassphrase();
  return readKey(plain);
}

function readKey(document: Uint8Array): SigningKey {
  const outer = new DerReader(document);
  const info = outer.sequence();
  outer.finish();
  const version = info.integer();
  if (version > 1) throw notDer(`version ${version}`);
  const algorithm = encodeHex(info.sequence().take(TAG.oid));
  if (algorithm !== ED25519) throw new NotariumError('wrong-algorithm', 'the key is of another algorithm than Ed25519');
  const inner = new DerReader(info.take(TAG.octets));
  const seed = inner.take(TAG.octets);
  inner.finish();
  if (seed.length !== 32) throw notDer('an Ed25519 private key is 32 bytes');
  const key = new SigningKey(seed);
  if (info.next === ATTRIBUTES) info.take(ATTRIBUTES);
  if (version === 1 && info.next === VERSION_2_PUBLIC_KEY) {
    const bits = info.take(VERSION_2_PUBLIC_KEY);
    if (!equal(bits, concat(Uint8Array.of(0), key.publicKey))) {
      throw new NotariumError('wrong-public-key', 'the public key in the file does not belong to its private key');
    }
  }
  info.finish();
  return key;
}

function pem(label: string, document: Uint8Array): string {
  const lines = encodeBase64(document).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function readPem(file: Uint8Array): { label: string; document: Uint8Array } {
  if (file.length > MAX_KEY_FILE_BYTES) throw notDer(`longer than ${MAX_KEY_FILE_BYTES} bytes`);
  const text = decodeUtf8(file);
  if (text === null) throw notDer('it is not text');
  const found = /^-----BEGIN ([A-Z0-9 ]+)-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1-----\s*$/.exec(text.trim());
  const document = found && decodeBase64(found[2]!.replace(/\s+/g, ''));
  if (!found || !document) throw notDer('no PEM in it');
  const label = found[1]!;
  if (label !== PLAIN && label !== ENCRYPTED) throw notDer(`it is labelled ${label}, not ${PLAIN}`);
  return { label, document };
}
