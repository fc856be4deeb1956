// Digests and signatures.

export * from './digest';
export * from './ed25519';
export * from './sm3';
