// Bytes and text in exactly one encoding: the conventions of docs/formats.md.

export * from './bytes';
export * from './error';
export * from './reader';
export * from './text';
export * from './time';
