// Key files that OpenSSL and `notarium keygen` wrote are read; what is written here reads back, and OpenSSL reads it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NotariumError, SigningKey, decodeKeyFile, encodeHex, encodeKeyFile, isKeyFileEncrypted, utf8 } from '../../src/notarium';
import { pbkdf2InSubtle } from '../../src/keys/subtle';

const PASSPHRASE = 'correct horse 电池';

// Keys that sign nothing. By `NOTARIUM_PASSPHRASE='correct horse 电池' notarium keygen --out FILE`:
const BY_KEYGEN = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGkMGAGCSqGSIb3DQEFDTBTMDIGCSqGSIb3DQEFDDAlBBAtWb9YgH/6qWaWlzh/
gwIwAgMJJ8AwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEECWpS0IAOvXcxvDD
JbblQncEQPnriWi/PIoyE9VOghG4ZfsDG36SvOBbyMvt5v/cMEiYSWKXd61+ymxR
FTYeVN6m+cwQWjb1NF6Kfaj3xGCEsbs=
-----END ENCRYPTED PRIVATE KEY-----
`;
const KEYGEN_PUBLIC = '11ffe6ebef16045684bd7692ddd01a86abafe36084ab4ff690d3a7bf6a0568bf';
// By `openssl genpkey -algorithm ed25519`, and of it `openssl pkcs8 -topk8` with -scrypt, and with -v2 aes-128-cbc -v2prf hmacWithSHA512:
const BY_OPENSSL = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIMR651zs2miBgyB2UH94dFitzZHNqZLHL0AEe8U0b7D1
-----END PRIVATE KEY-----
`;
const BY_OPENSSL_SCRYPT = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGTME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAgQALz7iQ7LVQICBAAC
AQgCAQEwHQYJYIZIAWUDBAEqBBAbwsX1kamMekfMeyGkDuC9BEAX5S4mLroqEM6y
wW1c23X5H0yHguzCmkMArJ12yFgWASJCktJBhU2mwy/Lm5rnateEkJoUDH+Pze0c
wlHPKOdl
-----END ENCRYPTED PRIVATE KEY-----
`;
const BY_OPENSSL_SHA512 = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiyZ0+x6MsShgICA+gw
DAYIKoZIhvcNAgsFADAdBglghkgBZQMEAQIEEP683TsQHRTOAmqEavLEIQAEQBzM
ee1f4p+b4b9EVJAr2B7K+712gEhkFp17jrp7khVWjBTGSTCTb5NLBc2LJzpWM/q8
FdDXq7QswbUJaF9+D38=
-----END ENCRYPTED PRIVATE KEY-----
`;
const OPENSSL_PUBLIC = '94e113d4adc5c6304f42bcb7d0ea493b01222d4d18a2190589cd10d76e1b6969';
const X25519 = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIKisJHUEfYiCOKCnAV6FZPknTHn6Lo5YH57pt5z74S9K
-----END PRIVATE KEY-----
`;

const publicKey = async (pem: string, passphrase?: string): Promise<string> =>
  encodeHex((await decodeKeyFile(utf8(pem), passphrase)).publicKey);
const code = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'ok',
    (error: unknown) => (error instanceof NotariumError ? error.code : String(error)),
  );

describe('key files of others', () => {
  it('open', async () => {
    expect(await publicKey(BY_OPENSSL)).toBe(OPENSSL_PUBLIC);
    expect(await publicKey(BY_OPENSSL_SCRYPT, 'secret')).toBe(OPENSSL_PUBLIC);
    expect(await publicKey(BY_OPENSSL_SHA512, 'secret')).toBe(OPENSSL_PUBLIC);
    expect(await publicKey(BY_KEYGEN, PASSPHRASE)).toBe(KEYGEN_PUBLIC);
  });

  it('open by WebCrypto too', async () => {
    const key = await decodeKeyFile(utf8(BY_KEYGEN), PASSPHRASE, pbkdf2InSubtle());
    expect(encodeHex(key.publicKey)).toBe(KEYGEN_PUBLIC);
  });

  it('say whether they ask for a passphrase', () => {
    expect(isKeyFileEncrypted(utf8(BY_OPENSSL))).toBe(false);
    expect(isKeyFileEncrypted(utf8(BY_OPENSSL_SCRYPT))).toBe(true);
  });

  it('are refused by name when they are no good', async () => {
    expect(await code(publicKey(BY_OPENSSL_SHA512))).toBe('no-passphrase');
    expect(await code(publicKey(BY_OPENSSL_SHA512, 'Secret'))).toBe('wrong-passphrase');
    expect(await code(publicKey(X25519))).toBe('wrong-algorithm');
    expect(await code(publicKey('hello'))).toBe('malformed-key-file');
    expect(await code(publicKey(BY_OPENSSL.replace('MC4C', 'MC8C')))).toBe('malformed-key-file');
  });

  it('are refused with every wrong passphrase alike', async () => {
    for (let at = 0; at < 600; at += 1) {
      expect(await code(publicKey(BY_OPENSSL_SHA512, `wrong ${at}`)), `wrong ${at}`).toBe('wrong-passphrase');
    }
  });
});

describe('key files written here', () => {
  const key = new SigningKey(Uint8Array.from({ length: 32 }, (_, at) => at));
  const protection = { passphrase: PASSPHRASE, random: Uint8Array.from({ length: 32 }, (_, at) => 100 + at) };

  it('read back', async () => {
    expect(await publicKey(await encodeKeyFile(key, null))).toBe(encodeHex(key.publicKey));
    const pem = await encodeKeyFile(key, { ...protection, pbkdf2: pbkdf2InSubtle() });
    expect(await publicKey(pem, PASSPHRASE)).toBe(encodeHex(key.publicKey));
  });

  it('are opened by OpenSSL', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'notarium-key-'));
    try {
      for (const pem of [await encodeKeyFile(key, null), await encodeKeyFile(key, protection)]) {
        const path = join(folder, 'key.pem');
        writeFileSync(path, pem);
        const how = ['pkey', '-in', path, '-passin', `pass:${PASSPHRASE}`, '-pubout', '-outform', 'DER'];
        expect(execFileSync('openssl', how).subarray(-32).toString('hex')).toBe(encodeHex(key.publicKey));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
