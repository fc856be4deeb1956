// The ledger's HTTP API, as far as the flows need it. Only statements and digests are sent; a file's content never is.

import {
  NotariumError,
  encodeHex,
  parseTime,
  sameFingerprint,
  type EarlierDeposit,
  type Fingerprint,
  type PartialDeposit,
} from '../notarium';
import { keyAtEntry, type KeySaid } from './key-said';

/** A refusal (RFC 9457), or no answer at all (`status` 0). */
export class LedgerError extends Error {
  constructor(
    readonly status: number,
    /** What stands after `urn:notarium:problem:`. */
    readonly type: string,
    detail: string,
    readonly hint: string | null = null,
  ) {
    super(detail);
    this.name = 'LedgerError';
  }

  /** Whether sending the same again later may do. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export interface LedgerInfo {
  readonly origin: string;
  readonly vkey: string;
  readonly size: number;
  readonly admission: 'open' | 'enrolled';
}

export interface Submitted {
  readonly entry: { readonly index: number; readonly time: string; readonly leaf: string; readonly statement_id: string };
  readonly receipt: string;
  readonly earlier: {
    readonly count: number;
    readonly first: EarlierView | null;
    readonly entries: readonly EarlierView[];
  };
}

export interface EarlierView {
  readonly index: number;
  readonly time: string;
  readonly public_key: string;
}

/** An entry of any kind: its bytes in base64, and how its key stood. */
export interface EntryView {
  readonly entry: string;
  readonly key?: KeySaid;
}

/** An entry of kind evidence, as lists have it. */
export interface EvidenceEntry {
  readonly index: number;
  readonly time: string;
  readonly public_key: string;
  readonly key?: KeySaid;
  readonly body: { readonly mode: string; readonly sha256: string; readonly sm3: string; readonly length: number };
}

/** What a ledger has of some evidence, in the order of entries, complete for the tree of `size` entries. */
export interface Found {
  /** Mode, both digests and length agree. */
  readonly same: readonly EvidenceEntry[];
  /** One digest alone agrees: never the same evidence. */
  readonly partial: readonly EvidenceEntry[];
  readonly size: number;
}

export class LedgerClient {
  constructor(readonly base: string) {}

  /** As it is named in a report. */
  get name(): string {
    return this.base === '' ? location.origin : this.base;
  }

  async info(): Promise<LedgerInfo> {
    return (await this.#json('/v1/ledger')) as LedgerInfo;
  }

  /** `witnessed`: the ledger answers when its witnesses have cosigned, or when that takes longer than it waits. */
  async submit(signedStatement: Uint8Array, witnessed = false): Promise<Submitted> {
    const headers = { 'Content-Type': 'application/octet-stream' };
    const answer = await this.#call(`/v1/evidence${witnessed ? '?wait=witnessed' : ''}`, { method: 'POST', headers, body: signedStatement as BodyInit });
    return (await answer.json()) as Submitted;
  }

  /** An entry by its number; null when there is none. */
  async entry(index: number): Promise<EntryView | null> {
    try {
      return (await this.#json(`/v1/entries/${index}`)) as EntryView;
    } catch (error) {
      if (error instanceof LedgerError && error.status === 404) return null;
      throw error;
    }
  }

  /** `witnessed`: under a checkpoint that the witnesses have cosigned, as soon as there is one. */
  async receipt(index: number, witnessed = false): Promise<string> {
    const path = `/v1/entries/${index}/receipt`;
    if (witnessed) {
      const cosigned = await this.#call(`${path}?witnessed=1`).catch((error: unknown) => {
        if (error instanceof LedgerError && error.status === 404) return null;
        throw error;
      });
      if (cosigned) return cosigned.text();
    }
    return (await this.#call(path)).text();
  }

  /** All deposits that have one of the digests, by complete lists. */
  async find(fingerprint: Fingerprint): Promise<Found> {
    const entries = new Map<number, EvidenceEntry>();
    const digests = [['sha256', fingerprint.sha256], ['sm3', fingerprint.sm3]] as const;
    let size = Number.MAX_SAFE_INTEGER;
    for (const [by, digest] of digests) size = Math.min(size, await this.#page(`${by}=${encodeHex(digest)}`, entries));
    const all = [...entries.values()].sort((one, other) => one.index - other.index);
    return {
      same: all.filter((entry) => isOf(entry, fingerprint)),
      partial: all.filter((entry) => !isOf(entry, fingerprint)),
      size,
    };
  }

  /** Deposits of the same evidence before an entry, for step 8 of a report. */
  async earlier(fingerprint: Fingerprint, index: number): Promise<{ earlier: EarlierDeposit[]; partial: PartialDeposit[] }> {
    const { same, partial } = await this.find(fingerprint);
    const deposit = (entry: EvidenceEntry): EarlierDeposit => {
      const { index: at, time, public_key: publicKey, key } = entry;
      return { index: at, time: parseTime(time) ?? 0, publicKey, key: keyAtEntry(key, publicKey) };
    };
    const before = (entry: EvidenceEntry): boolean => entry.index < index;
    return {
      earlier: same.filter(before).map(deposit),
      partial: partial.filter(before).map((entry) => ({ ...deposit(entry), agrees: agreement(entry, fingerprint) })),
    };
  }

  async #page(query: string, entries: Map<number, EvidenceEntry>): Promise<number> {
    let size = Number.MAX_SAFE_INTEGER;
    let after = -1;
    for (;;) {
      const from = after < 0 ? '' : `&after=${after}`;
      const page = (await this.#json(`/v1/entries?${query}${from}&limit=1000`)) as {
        size: number;
        entries: readonly (EvidenceEntry & { kind?: string })[];
        next?: string;
      };
      size = Math.min(size, page.size);
      for (const entry of page.entries) {
        // A list that does not go on would be read forever.
        if (entry.index <= after) throw new LedgerError(200, 'stuck', `the list does not go on after entry ${after}`);
        after = entry.index;
        if (entry.kind === 'evidence') entries.set(entry.index, entry);
      }
      if (page.next === undefined) return size;
      if (page.entries.length === 0) throw new LedgerError(200, 'stuck', 'the list does not go on');
    }
  }

  async #json(path: string): Promise<unknown> {
    return (await this.#call(path)).json();
  }

  async #call(path: string, init: RequestInit = {}): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(this.base + path, { ...init, credentials: 'omit', cache: 'no-store' });
    } catch (error) {
      throw new LedgerError(0, 'no-answer', error instanceof Error ? error.message : String(error));
    }
    if (answer.ok) return answer;
    const problem = (await answer.json().catch(() => ({}))) as Record<string, string | undefined>;
    const type = (problem['type'] ?? '').replace('urn:notarium:problem:', '') || `http-${answer.status}`;
    throw new LedgerError(answer.status, type, problem['detail'] ?? answer.statusText, problem['hint'] ?? null);
  }
}

/** In what an entry that is of other evidence agrees with this. */
function agreement({ body }: EvidenceEntry, { sha256, sm3 }: Fingerprint): PartialDeposit['agrees'] {
  const [one, other] = [body.sha256 === encodeHex(sha256), body.sm3 === encodeHex(sm3)];
  return one && other ? 'agrees-digests' : one ? 'agrees-sha256' : 'agrees-sm3';
}

function isOf({ body }: EvidenceEntry, fingerprint: Fingerprint): boolean {
  const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const { mode, sha256, sm3, length } = body;
  return sameFingerprint({ salted: mode === 'salted', sha256: bytes(sha256), sm3: bytes(sm3), length }, fingerprint);
}

/** What to tell a person about an error of any sort. */
export function errorText(error: unknown): string {
  if (error instanceof LedgerError) return error.hint === null ? error.message : `${error.message} (${error.hint})`;
  if (error instanceof NotariumError || error instanceof Error) return error.message;
  return String(error);
}
