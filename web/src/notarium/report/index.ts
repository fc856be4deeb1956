// From checks to a verdict, in words that a judge reads.

export * from './deposited';
export * from './difference';
export * from './facts';
export * from './folder';
export * from './document';
export * from './json';
export * from './key';
export * from './member';
export * from './remark';
export * from './sentence';
export * from './text';
export * from './verdict';
export * from './verify';
export * from './words';
