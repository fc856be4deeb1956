// The course of one deposit: fingerprint, statement, ledger, receipt. What was begun is kept, so that trying again is safe.

import type { Hasher } from '../hashing';
import { buildManifest, digestsOf, type Digests, type Language, type Policy, type SigningKey } from '../notarium';
import { randomBytes } from '../keys';
import { LedgerError, type LedgerClient, type Submitted } from '../page/ledger';
import { certificateOf } from './certificate';
import { complete, prepare, type Prepared, type Wish } from './engine';
import type { Lot } from './evidence-view';

export type State = 'waiting' | 'hashing' | 'sending' | 'done' | 'failed';

export interface Deposited {
  readonly submitted: Submitted;
  readonly receipt: string;
  /** What does not hold in the ledger's answer; null when all is well. */
  readonly problem: string | null;
  /** Whether the receipt has the witnesses that the policy asks for. */
  readonly witnessed: boolean;
  /** The manifest of a package. */
  readonly manifest: Uint8Array | null;
}

export interface Means {
  readonly hasher: Hasher;
  readonly ledger: LedgerClient;
  readonly policy: Policy;
  readonly key: SigningKey;
  readonly wish: Wish;
  /** Stops the reading; another one for another try. */
  signal: AbortSignal | null;
}

export class Course {
  state: State = 'waiting';
  /** Bytes hashed, of `total`. */
  done = 0;
  readonly total: number;
  error: unknown = null;
  deposited: Deposited | null = null;
  #prepared: Prepared | null = null;
  #manifest: Uint8Array | null = null;

  constructor(
    readonly lot: Lot,
    private readonly means: Means,
    private readonly changed: (course: Course) => void,
  ) {
    this.total = lot.kind === 'file' ? lot.file.size : lot.files.reduce((sum, { file }) => sum + file.size, 0);
  }

  /** The name that the evidence has as a file: a package's is its manifest. */
  get evidenceName(): string {
    return this.lot.kind === 'file' ? this.lot.name : `${this.lot.name}.sha256`;
  }

  get receiptName(): string {
    return `${this.evidenceName.split('/').pop()}.receipt`;
  }

  get digests(): Digests | null {
    return this.#prepared?.digests ?? null;
  }

  /** Whether the ledger may have an entry of it although no receipt came. */
  get outcomeUnknown(): boolean {
    return this.state === 'failed' && this.error instanceof LedgerError && this.error.mayPass;
  }

  /** Goes on from where it stands; never rejects. */
  async run(): Promise<void> {
    try {
      this.error = null;
      if (!this.#prepared) {
        this.#to('hashing');
        const digests = await this.#digests();
        this.#prepared = prepare(digests, this.means.wish, this.means.key, randomBytes);
      }
      this.#to('sending');
      const submitted = await this.means.ledger.submit(this.#prepared.statement.bytes, this.means.policy.needsWitnesses);
      const completed = complete(submitted.receipt, this.#prepared, this.means.policy);
      this.deposited = { submitted, ...completed, manifest: this.#manifest };
      this.#to('done');
    } catch (error) {
      this.error = error;
      this.#to('failed');
    }
  }

  /** Asks for the receipt under a checkpoint that the witnesses have cosigned. Rejects when the ledger does not answer. */
  async refresh(): Promise<void> {
    if (!this.deposited || !this.#prepared) return;
    const answer = await this.means.ledger.receipt(this.deposited.submitted.entry.index, true);
    const completed = complete(answer, this.#prepared, this.means.policy);
    // What was there before is not given away for something worse.
    if (completed.witnessed) this.deposited = { ...this.deposited, ...completed };
  }

  /** The certificate of the deposit, as an HTML file. */
  certificate(names: { software: string; policy: string; language: Language }): Promise<string> {
    const { receipt } = this.deposited!;
    return certificateOf({
      receipt,
      digests: this.#prepared!.digests,
      policy: this.means.policy,
      names: { evidence: this.evidenceName, receipt: this.receiptName, policy: names.policy },
      ledger: this.means.ledger,
      software: names.software,
      language: names.language,
      now: Date.now(),
    });
  }

  async #digests(): Promise<Digests> {
    const { lot } = this;
    if (lot.kind === 'file') return this.#hash(lot.file, 0);
    const lines: { path: string; sha256: Uint8Array }[] = [];
    let before = 0;
    for (const { path, file } of lot.files) {
      lines.push({ path, sha256: (await this.#hash(file, before)).sha256 });
      before += file.size;
    }
    this.#manifest = buildManifest(lines).bytes;
    return digestsOf(this.#manifest);
  }

  #hash(file: File, before: number): Promise<Digests> {
    const onProgress = (done: number): void => {
      this.done = before + done;
      this.changed(this);
    };
    return this.means.hasher.hash(file, onProgress, this.means.signal ?? undefined);
  }

  #to(state: State): void {
    this.state = state;
    this.changed(this);
  }
}
