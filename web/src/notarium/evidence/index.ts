// What is deposited: fingerprints, statements, entries, bundles, manifests, details.

export * from './body';
export * from './bundle';
export * from './details';
export * from './entry';
export * from './fingerprint';
export * from './ijson';
export * from './key';
export * from './manifest';
export * from './statement';
