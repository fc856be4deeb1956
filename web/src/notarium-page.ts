// What the shell gives each flow when it mounts it; CONTRACT.md explains it.

import type { Language } from './notarium';

export interface PageContext {
  /** The language at mounting. */
  readonly language: Language;
  /** Calls back on every switch; returns the way to stop. */
  readonly onLanguage: (listener: (language: Language) => void) => () => void;
  /** The ledger's base URL without a slash at its end ('' is this server); null: none, as in verify.html from disk. */
  readonly ledger: string | null;
  /** The built-in policy (C2SP tlog-policy), or null. */
  readonly policyText: string | null;
  /** Which build this is; printed in reports. */
  readonly build: string;
  /** Starts the hashing worker; absent or throwing: hashing goes on in slices in the page itself. */
  readonly worker?: () => Worker;
}

export interface Mounted {
  unmount(): void;
}
