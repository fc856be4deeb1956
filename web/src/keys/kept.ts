// A key that is kept in this browser: only if asked, and only encrypted, in the very form of a key file.

const PLACE = 'notarium-key';

export interface KeptKey {
  /** Lower-case hex, so that its holder can tell which key it is before it is unlocked. */
  readonly publicKey: string;
  /** An encrypted PKCS#8 key in PEM. */
  readonly pem: string;
}

/** The key that is kept here, or null. A browser that forbids storage keeps none. */
export function keptKey(): KeptKey | null {
  try {
    const found = JSON.parse(localStorage.getItem(PLACE) ?? 'null') as Partial<KeptKey> | null;
    if (typeof found?.publicKey !== 'string' || typeof found.pem !== 'string') return null;
    return { publicKey: found.publicKey, pem: found.pem };
  } catch {
    return null;
  }
}

/** Keeps a key in place of the one that was kept; false when the browser does not let it. */
export function keepKey(key: KeptKey): boolean {
  if (!key.pem.startsWith('-----BEGIN ENCRYPTED PRIVATE KEY-----')) throw new Error('a key is kept encrypted or not at all');
  try {
    localStorage.setItem(PLACE, JSON.stringify(key));
    return true;
  } catch {
    return false;
  }
}

export function forgetKey(): void {
  try {
    localStorage.removeItem(PLACE);
  } catch {
    // Where nothing can be stored, nothing is.
  }
}
