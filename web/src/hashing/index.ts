// Files to digests, in the browser: nothing here sends anything anywhere.

export * from './drop-zone';
export * from './found';
export * from './hasher';
export { Cancelled } from './read';
