// Files are hashed the same with a worker, without one, and when one does not start; a reading can be stopped.

import { describe, expect, it } from 'vitest';
import { Cancelled, createHasher } from '../../src/hashing';
import { digestsOf, type Digests } from '../../src/notarium';
import type { FromWorker, ToWorker } from '../../src/hashing/protocol';

const bytes = Uint8Array.from({ length: 3 * 1024 * 1024 + 17 }, (_, at) => (at * 131) & 0xff);
const blob = new Blob([bytes]);
const expected = digestsOf(bytes);

/** A worker that answers as `answer` says. */
function fakeWorker(answer: (message: ToWorker, say: (message: FromWorker) => void) => void, starts = true): Worker {
  const fake = {
    onmessage: null as ((event: { data: FromWorker }) => void) | null,
    onerror: null as ((event: unknown) => void) | null,
    postMessage: (message: ToWorker) => answer(message, (data) => fake.onmessage?.({ data })),
    terminate: () => undefined,
  };
  queueMicrotask(() => (starts ? fake.onmessage?.({ data: { ready: true } }) : fake.onerror?.({})));
  return fake as unknown as Worker;
}

describe('hashing', () => {
  it('works in the page, piece by piece', async () => {
    const seen: number[] = [];
    const digests = await createHasher().hash(blob, (done) => seen.push(done));
    expect(digests).toEqual(expected);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen[seen.length - 1]).toBe(bytes.length);
    expect(await createHasher().hash(new Blob([]))).toEqual(digestsOf(new Uint8Array()));
  });

  it('asks the worker where there is one', async () => {
    const made: Digests = { sha256: new Uint8Array(32), sm3: new Uint8Array(32), length: 5 };
    const worker = (): Worker =>
      fakeWorker((message, say) => {
        if (!('blob' in message)) return;
        say({ id: message.id, done: 5 });
        say({ id: message.id, digests: made });
      });
    const seen: number[] = [];
    expect(await createHasher(worker).hash(blob, (done) => seen.push(done))).toBe(made);
    expect(seen).toEqual([5]);
  });

  it('goes on in the page when the worker does not start', async () => {
    const refused = (): Worker => {
      throw new Error('no workers here');
    };
    expect(await createHasher(refused).hash(blob)).toEqual(expected);
    expect(await createHasher(() => fakeWorker(() => undefined, false)).hash(blob)).toEqual(expected);
  });

  it('stops when it is told to', async () => {
    const inPage = new AbortController();
    const stopping = createHasher().hash(blob, () => inPage.abort(), inPage.signal);
    await expect(stopping).rejects.toBeInstanceOf(Cancelled);
    const inWorker = new AbortController();
    const never = createHasher(() => fakeWorker(() => inWorker.abort())).hash(blob, undefined, inWorker.signal);
    await expect(never).rejects.toBeInstanceOf(Cancelled);
    await expect(createHasher().hash(blob, undefined, inPage.signal)).rejects.toBeInstanceOf(Cancelled);
  });

  it('says when the worker fails at a file', async () => {
    const worker = (): Worker =>
      fakeWorker((message, say) => 'blob' in message && say({ id: message.id, failed: 'NotReadableError: gone' }));
    await expect(createHasher(worker).hash(blob)).rejects.toThrow('gone');
  });
});
