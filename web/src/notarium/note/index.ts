// Signed notes, names and verifier keys.

export * from './key';
export * from './name';
export * from './signed';
