// The formats of Notarium (docs/formats.md) in TypeScript, without DOM or network: a second implementation that shares no code
// with the program. Names of errors and the report follow the program's.
//
// Everything is a function of bytes that are handed in; randomness, time and keys come in as arguments. What is wrong throws a
// `NotariumError` with a stable `code`, the same as the vectors' and the command line's; `unknown` tells "not understood" from
// "wrong". The two entry points most callers want are `verifyReceipt` (a report with every check) and `signStatement`.
//
// The pages' entry points are not here: `mountDeposit` is in ../deposit, `mountVerify` in ../verify; see ../../CONTRACT.md.

export * from './codec';
export * from './crypto';
export * from './evidence';
export * from './keyfile';
export * from './ledger';
export * from './merkle';
export * from './note';
export * from './report';
export * from './trust';
