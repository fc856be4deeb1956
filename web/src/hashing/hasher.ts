// Hashes files in a worker where one can be started, and in the page in slices where none can.

import type { Change, Digests } from '../notarium';
import type { Changed, FromWorker } from './protocol';
import { Cancelled, readChanged, readDigests, type Watch } from './read';

export type Progress = (done: number) => void;

export interface Hasher {
  /** Both digests and the length. Rejects with `Cancelled` when `signal` is aborted, and when the file cannot be read. */
  hash(blob: Blob, onProgress?: Progress, signal?: AbortSignal | undefined): Promise<Digests>;
  /** The digests after each change that the bytes allow. */
  changed(blob: Blob, changes: readonly Change[], onProgress?: Progress, signal?: AbortSignal | undefined): Promise<Changed>;
  /** Ends the worker; what is under way rejects. */
  close(): void;
}

interface Waiting {
  readonly onProgress: Progress;
  resolve(found: Digests | Changed): void;
  reject(error: Error): void;
}

export function createHasher(start?: () => Worker): Hasher {
  const worker = new Lazy(start);
  const run = async (blob: Blob, changes: readonly Change[] | null, onProgress: Progress, signal?: AbortSignal | undefined) => {
    if (signal?.aborted) throw new Cancelled();
    return (await worker.run(blob, changes, onProgress, signal)) ?? inPage(blob, changes, onProgress, signal);
  };
  return {
    hash: (blob, onProgress = () => undefined, signal) => run(blob, null, onProgress, signal) as Promise<Digests>,
    changed: (blob, changes, onProgress = () => undefined, signal) =>
      run(blob, changes, onProgress, signal) as Promise<Changed>,
    close: () => worker.close(),
  };
}

/** A worker that is started when it is first wanted, and given up when it does not start. */
class Lazy {
  #worker: Promise<Worker | null> | null = null;
  #waiting = new Map<number, Waiting>();
  #count = 0;

  constructor(private readonly start: (() => Worker) | undefined) {}

  /** The result; null when there is no worker. */
  async run(
    blob: Blob,
    changes: readonly Change[] | null,
    onProgress: Progress,
    signal?: AbortSignal | undefined,
  ): Promise<Digests | Changed | null> {
    const worker = await (this.#worker ??= this.#begin());
    if (!worker) return null;
    this.#count += 1;
    const id = this.#count;
    const cancel = (): void => {
      worker.postMessage({ cancel: id });
      this.#settle(id)?.reject(new Cancelled());
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<Digests | Changed>((resolve, reject) => {
        this.#waiting.set(id, { onProgress, resolve, reject });
        worker.postMessage({ id, blob, changes });
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  close(): void {
    void this.#worker?.then((worker) => worker?.terminate());
    this.#worker = null;
    this.#failAll(new Cancelled());
  }

  #begin(): Promise<Worker | null> {
    return new Promise((resolve) => {
      let worker: Worker;
      try {
        if (!this.start) return resolve(null);
        worker = this.start();
      } catch {
        return resolve(null);
      }
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if ('ready' in data) resolve(worker);
        else this.#take(data);
      };
      worker.onerror = () => {
        worker.terminate();
        resolve(null);
        // It had started and broke: the page goes on without it from the next file on.
        this.#worker = Promise.resolve(null);
        this.#failAll(new Error('the hashing worker stopped'));
      };
    });
  }

  #take(data: Exclude<FromWorker, { ready: true }>): void {
    if ('done' in data) this.#waiting.get(data.id)?.onProgress(data.done);
    else if ('failed' in data) this.#settle(data.id)?.reject(new Error(data.failed));
    else this.#settle(data.id)?.resolve('digests' in data ? data.digests : data.changed);
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #failAll(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

function inPage(
  blob: Blob,
  changes: readonly Change[] | null,
  onProgress: Progress,
  signal?: AbortSignal | undefined,
): Promise<Digests | Changed> {
  const watch: Watch = {
    advance: onProgress,
    isCancelled: () => signal?.aborted === true,
    // So that the page stays alive between the pieces.
    pause: () => new Promise((resolve) => setTimeout(resolve, 0)),
  };
  return changes ? readChanged(blob, changes, watch) : readDigests(blob, watch);
}
