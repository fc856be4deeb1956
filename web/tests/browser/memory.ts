// How much memory the browser's processes have of their own, as the kernel counts it.

import { readdirSync, readFileSync } from 'node:fs';

/** Private and shared-memory bytes (RssAnon, RssShmem of proc(5)) of every process that this one started, summed. */
export function memoryOfChildren(): number {
  const parents = new Map<number, number>();
  const kilobytes = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const field = (key: string) => Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
      parents.set(Number(name), field('PPid'));
      kilobytes.set(Number(name), field('RssAnon') + field('RssShmem'));
    } catch {
      // It has ended meanwhile.
    }
  }
  const isOurs = (pid: number): boolean => pid === process.pid || (pid > 1 && isOurs(parents.get(pid) ?? 0));
  return [...kilobytes].filter(([pid]) => pid !== process.pid && isOurs(pid)).reduce((sum, [, kb]) => sum + kb * 1024, 0);
}

/** Watches the memory while something goes on; the most that it had above what it had before. */
export async function mostAbove<T>(work: Promise<T>, before: number): Promise<{ result: T; most: number }> {
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, memoryOfChildren() - before)), 100);
  try {
    return { result: await work, most };
  } finally {
    clearInterval(timer);
  }
}
