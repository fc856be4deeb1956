// What the server, or the command that wrote verify.html, put into the page: no request is needed for it.

export interface Settings {
  /** Which build this is, such as "notarium 0.1.0 (build abc1234)". */
  readonly build: string;
  /** The policy of this ledger (C2SP tlog-policy); null when none is built in. */
  readonly policy: string | null;
  /** The ledger that serves this page; null in verify.html. */
  readonly ledger: { readonly origin: string; readonly vkey: string; readonly admission: 'open' | 'enrolled' } | null;
}

const NONE: Settings = { build: 'notarium (build unknown)', policy: null, ledger: null };

export function readSettings(): Settings {
  const text = document.getElementById('settings')?.textContent ?? '';
  try {
    const found = JSON.parse(text) as Partial<Settings>;
    return typeof found.build === 'string' ? { ...NONE, ...found } : NONE;
  } catch {
    return NONE;
  }
}
