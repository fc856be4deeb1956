// Whom to believe: checkpoints, cosignatures, policies.

export * from './checkpoint';
export * from './cosignature';
export * from './judgement';
export * from './policy';
