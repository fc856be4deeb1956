// What the page and the hashing worker say to each other.

import type { Change, Digests } from '../notarium';

export interface Job {
  readonly id: number;
  readonly blob: Blob;
  /** The changes after which digests are wanted; null: the digests of the file as it is. */
  readonly changes: readonly Change[] | null;
}

/** From the page: a job, or the number of one that is not wanted any more. */
export type ToWorker = Job | { readonly cancel: number };

export type Changed = readonly { readonly change: Change; readonly digests: Digests }[];

/** From the worker; `ready` once, when it has started. */
export type FromWorker =
  | { readonly ready: true }
  | { readonly id: number; readonly done: number }
  | { readonly id: number; readonly digests: Digests }
  | { readonly id: number; readonly changed: Changed }
  | { readonly id: number; readonly failed: string };
