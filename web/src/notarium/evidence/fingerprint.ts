// The fingerprint of evidence: both digests and the length, plain or salted; and the commitment to details.

import { equal, utf8 } from '../codec/bytes';
import { sha256, sm3, type Digests } from '../crypto/digest';

const SALTED = utf8('notarium/salted/1\n');
const DETAILS = utf8('notarium/details/1\n');

/** What a statement says of its evidence. Two deposits are of the same evidence exactly when these are equal. */
export interface Fingerprint {
  readonly salted: boolean;
  readonly sha256: Uint8Array;
  readonly sm3: Uint8Array;
  /** Bytes of the evidence; 0 in salted mode, where it is not stated. */
  readonly length: number;
}

export function plainFingerprint({ sha256, sm3, length }: Digests): Fingerprint {
  return { salted: false, sha256, sm3, length };
}

/** The digests of salt, public key and digest, each by its own algorithm throughout. */
export function saltedFingerprint(digests: Digests, salt: Uint8Array, publicKey: Uint8Array): Fingerprint {
  return {
    salted: true,
    sha256: sha256(SALTED, salt, publicKey, digests.sha256),
    sm3: sm3(SALTED, salt, publicKey, digests.sm3),
    length: 0,
  };
}

export function sameFingerprint(one: Fingerprint, other: Fingerprint): boolean {
  return (
    one.salted === other.salted &&
    one.length === other.length &&
    equal(one.sha256, other.sha256) &&
    equal(one.sm3, other.sm3)
  );
}

/** The commitment to private details, over their exact bytes. */
export function commitToDetails(salt: Uint8Array, publicKey: Uint8Array, details: Uint8Array): Uint8Array {
  return sha256(DETAILS, salt, publicKey, details);
}
