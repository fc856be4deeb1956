// What Explore asks of the ledger (docs/api.md). Entries never change, so each is asked for once.

export interface Entry {
  readonly index: number;
  readonly time: string;
  readonly previous: string;
  readonly leaf: string;
  readonly entry: string;
  readonly statement_id?: string;
  readonly public_key?: string;
  readonly kind?: 'genesis' | 'evidence' | 'enrol' | 'revoke' | 'unknown';
  readonly body?: Readonly<Record<string, string | number | undefined>>;
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

  entry(index: number): Promise<Entry> {
    const known = this.#entries.get(index);
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
