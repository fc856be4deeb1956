// WebCrypto where there is a secure context; nothing where there is none, such as a plain-HTTP intranet.

import { pbkdf2InScript, type Pbkdf2 } from '../notarium';

/** PBKDF2 by WebCrypto, many times as fast as a script; undefined where there is none. */
export function pbkdf2InSubtle(): Pbkdf2 | undefined {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  return async (passphrase, salt, rounds, hash, length) => {
    // WebCrypto has no SHA-224.
    if (hash === 'SHA-224') return pbkdf2InScript(passphrase, salt, rounds, hash, length);
    const key = await subtle.importKey('raw', passphrase as BufferSource, 'PBKDF2', false, ['deriveBits']);
    const parameters = { name: 'PBKDF2', hash, salt: salt as BufferSource, iterations: rounds };
    return new Uint8Array(await subtle.deriveBits(parameters, key, 8 * length));
  };
}

/** Random bytes; `getRandomValues` is there without a secure context too. */
export function randomBytes(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}
