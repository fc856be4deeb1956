// What Explore asks of the ledger (docs/api.md). Entries never change, so each is asked for once.

import type { KeySaid } from '../page/key-said';

export interface Entry {
  readonly index: number;
  readonly time: string;
  readonly previous: string;
  readonly leaf: string;
  readonly entry: string;
  /** How the key that signed it stood there. */
  readonly key?: KeySaid;
  readonly statement_id?: string;
  readonly public_key?: string;
  readonly kind?: 'genesis' | 'evidence' | 'enrol' | 'revoke' | 'rotate' | 'unknown';
  readonly body?: Readonly<Record<string, string | number | undefined>>;
}

/** A key with all that the ledger says of it. */
export interface KeyAnswer {
  readonly time: string;
  readonly public_key: string;
  readonly standing: string;
  readonly enrolments: readonly (NonNullable<KeySaid['enrolment']> & { readonly time: string; readonly role: string })[];
  readonly revocation: (NonNullable<KeySaid['revocation']> & { readonly time: string }) | null;
}

export interface EntryList {
  readonly size: number;
  readonly entries: readonly Entry[];
  readonly next?: string;
}

export interface Checkpoint {
  readonly size: number;
  readonly root: string;
  readonly checkpoint: string;
}

export interface CheckpointList {
  readonly checkpoints: readonly Checkpoint[];
  readonly next?: string;
}

export interface Inclusion {
  readonly index: number;
  readonly leaf: string;
  readonly head: { readonly size: number; readonly root: string; readonly checkpoint?: string };
  readonly hashes: readonly string[];
}

/** The ledger's refusal, or that it could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export class Api {
  readonly #base: string;
  readonly #entries = new Map<number, Promise<Entry>>();

  constructor(base: string) {
    this.#base = base;
  }

  url(path: string): string {
    return this.#base + path;
  }

  /** `fresh`: what is said of the key beside an entry can change, by a later revocation. */
  entry(index: number, fresh = false): Promise<Entry> {
    const known = fresh ? undefined : this.#entries.get(index);
    if (known) return known;
    const asked = this.#get<Entry>(`/v1/entries/${index}`);
    this.#entries.set(index, asked);
    asked.catch(() => this.#entries.delete(index));
    return asked;
  }

  newest(limit: number): Promise<EntryList> {
    return this.#get(`/v1/entries?limit=${limit}`);
  }

  by(parameter: 'sha256' | 'sm3' | 'submitter' | 'statement', value: string): Promise<EntryList> {
    const limit = parameter === 'statement' ? '' : '&limit=50';
    return this.#get(`/v1/entries?${parameter}=${value}${limit}`);
  }

  /** The next page of any list, by the path that the page before gave. */
  page<T>(path: string): Promise<T> {
    return this.#get(path);
  }

  key(hex: string): Promise<KeyAnswer> {
    return this.#get(`/v1/keys/${hex}`);
  }

  /** Where an entry's receipt is: under a checkpoint that the witnesses have cosigned, where these are asked for and there is one. */
  async receiptPath(index: number, witnessed: boolean): Promise<string> {
    const path = `/v1/entries/${index}/receipt`;
    const better = `${path}?witnessed=1`;
    return witnessed && (await this.#ask(better).then(() => true, () => false)) ? better : path;
  }

  inclusion(index: number): Promise<Inclusion> {
    return this.#get(`/v1/proofs/inclusion?index=${index}`);
  }

  checkpoints(limit: number): Promise<CheckpointList> {
    return this.#get(`/v1/checkpoints?limit=${limit}`);
  }

  /** The newest checkpoint as text; unchanged ones cost a 304. */
  async checkpoint(): Promise<string> {
    return (await this.#ask('/checkpoint')).text();
  }

  async #get<T>(path: string): Promise<T> {
    return (await this.#ask(path)).json() as Promise<T>;
  }

  async #ask(path: string): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.#base + path, { cache: 'no-cache', credentials: 'omit' });
    } catch (error) {
      throw new ApiError(0, error instanceof Error ? error.message : String(error));
    }
    if (!response.ok) throw new ApiError(response.status, `${response.status} ${response.statusText}`);
    return response;
  }
}
