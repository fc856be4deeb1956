// The hashing worker: takes files, gives back progress and digests, one file at a time.

import type { FromWorker, Job, ToWorker } from './protocol';
import { readChanged, readDigests, type Watch } from './read';

const cancelled = new Set<number>();
let queue: Promise<void> = Promise.resolve();

const say = (message: FromWorker): void => (self as unknown as { postMessage(message: FromWorker): void }).postMessage(message);

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if ('cancel' in data) cancelled.add(data.cancel);
  else queue = queue.then(() => work(data));
};

async function work({ id, blob, changes }: Job): Promise<void> {
  const watch: Watch = {
    advance: (done) => say({ id, done }),
    isCancelled: () => cancelled.has(id),
    pause: () => Promise.resolve(),
  };
  try {
    if (changes) say({ id, changed: await readChanged(blob, changes, watch) });
    else say({ id, digests: await readDigests(blob, watch) });
  } catch (error) {
    say({ id, failed: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  } finally {
    cancelled.delete(id);
  }
}

say({ ready: true });
