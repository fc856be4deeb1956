// PBES2 (RFC 8018): a passphrase, PBKDF2 or scrypt, and AES in CBC mode, as OpenSSL and `notarium keygen` write it.

import { cbc } from '@noble/ciphers/aes';
import { pbkdf2Async } from '@noble/hashes/pbkdf2';
import { scryptAsync } from '@noble/hashes/scrypt';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2';
import { concat, utf8 } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { decodeHex, encodeHex } from '../codec/text';
import { DerReader, TAG, der, derInteger, notDer } from './der';

/** Rounds of PBKDF2-HMAC-SHA256 for keys written here: what OWASP recommends since 2023. */
export const PBKDF2_ROUNDS = 600_000;
/** More rounds than this are refused: a key file must not be able to hang its reader. */
const MAX_ROUNDS = 10_000_000;
/** scrypt may take this much memory, in bytes. */
const MAX_MEMORY = 256 * 1024 * 1024;

export type Hash = 'SHA-224' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** PBKDF2, where the caller has a faster one than this library's own (WebCrypto, in a secure context). */
export type Pbkdf2 = (passphrase: Uint8Array, salt: Uint8Array, rounds: number, hash: Hash, length: number) => Promise<Uint8Array>;

export const pbkdf2InScript: Pbkdf2 = (passphrase, salt, rounds, hash, length) =>
  pbkdf2Async({ 'SHA-224': sha224, 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 }[hash], passphrase, salt, {
    c: rounds,
    dkLen: length,
  });

const oid = (hex: string): Uint8Array => der(TAG.oid, decodeHex(hex, hex.length / 2)!);
const PBES2 = '2a864886f70d01050d';
const PBKDF2 = '2a864886f70d01050c';
const SCRYPT = '2b06010401da47040b';
const AES256_CBC = '60864801650304012a';
const HMAC_SHA256 = '2a864886f70d0209';
const HMACS = new Map<string, Hash>([
  ['2a864886f70d0208', 'SHA-224'],
  [HMAC_SHA256, 'SHA-256'],
  ['2a864886f70d020a', 'SHA-384'],
  ['2a864886f70d020b', 'SHA-512'],
]);
const AES = new Map([
  ['608648016503040102', 16],
  ['608648016503040116', 24],
  [AES256_CBC, 32],
]);

/** Encrypts a PKCS#8 document; `random` is 32 random bytes, for salt and initialisation vector. */
export async function encryptPkcs8(
  document: Uint8Array,
  passphrase: string,
  random: Uint8Array,
  pbkdf2: Pbkdf2 = pbkdf2InScript,
): Promise<Uint8Array> {
  const [salt, iv] = [random.slice(0, 16), random.slice(16, 32)];
  const key = await pbkdf2(utf8(passphrase), salt, PBKDF2_ROUNDS, 'SHA-256', 32);
  const prf = der(TAG.sequence, oid(HMAC_SHA256), der(TAG.null));
  const parameters = der(TAG.sequence, der(TAG.octets, salt), derInteger(PBKDF2_ROUNDS), prf);
  const kdf = der(TAG.sequence, oid(PBKDF2), parameters);
  const cipher = der(TAG.sequence, oid(AES256_CBC), der(TAG.octets, iv));
  const algorithm = der(TAG.sequence, oid(PBES2), der(TAG.sequence, kdf, cipher));
  return der(TAG.sequence, algorithm, der(TAG.octets, cbc(key, iv).encrypt(document)));
}

/** Decrypts an EncryptedPrivateKeyInfo. */
export async function decryptPkcs8(
  encrypted: Uint8Array,
  passphrase: string,
  pbkdf2: Pbkdf2 = pbkdf2InScript,
): Promise<Uint8Array> {
  const outer = new DerReader(encrypted);
  const info = outer.sequence();
  outer.finish();
  const algorithm = info.sequence();
  const data = info.take(TAG.octets);
  info.finish();
  if (encodeHex(algorithm.take(TAG.oid)) !== PBES2) throw unsupported();
  const schemes = algorithm.sequence();
  const kdf = schemes.sequence();
  const cipher = schemes.sequence();
  const keyLength = AES.get(encodeHex(cipher.take(TAG.oid)));
  if (keyLength === undefined) throw unsupported();
  const iv = cipher.take(TAG.octets);
  if (iv.length !== 16 || data.length === 0 || data.length % 16 !== 0) throw notDer('a cipher text that is not whole');
  const key = await deriveKey(kdf, utf8(passphrase), keyLength, pbkdf2);
  try {
    return cbc(key, iv).decrypt(concat(data));
  } catch {
    throw wrongPassphrase();
  }
}

async function deriveKey(
  kdf: DerReader,
  passphrase: Uint8Array,
  keyLength: number,
  pbkdf2: Pbkdf2,
): Promise<Uint8Array> {
  const name = encodeHex(kdf.take(TAG.oid));
  const parameters = kdf.sequence();
  const salt = parameters.take(TAG.octets);
  const cost = parameters.integer();
  if (name === PBKDF2) {
    if (parameters.next === TAG.integer) parameters.integer();
    const hash = parameters.isAtEnd ? undefined : HMACS.get(encodeHex(parameters.sequence().take(TAG.oid)));
    if (hash === undefined || cost < 1 || cost > MAX_ROUNDS) throw unsupported();
    return pbkdf2(passphrase, salt, cost, hash, keyLength);
  }
  if (name !== SCRYPT) throw unsupported();
  const [r, p] = [parameters.integer(), parameters.integer()];
  const powerOfTwo = cost > 1 && (cost & (cost - 1)) === 0;
  if (!powerOfTwo || r < 1 || p < 1 || 128 * cost * r > MAX_MEMORY || p > 16) throw unsupported();
  return scryptAsync(passphrase, salt, { N: cost, r, p, dkLen: keyLength, maxmem: MAX_MEMORY + 1024 * r * p });
}

export function wrongPassphrase(): NotariumError {
  return new NotariumError('wrong-passphrase', 'the passphrase does not open the key');
}

function unsupported(): NotariumError {
  const message = 'the key is encrypted in a way that is not known here (known: PBES2 of PBKDF2-SHA-2 or scrypt, AES-CBC)';
  return new NotariumError('unsupported-encryption', message);
}
