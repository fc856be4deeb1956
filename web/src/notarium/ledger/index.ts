// What a ledger hands out: receipts, and what they disclose.

export * from './disclosure';
export * from './receipt';
export * from './rotation';
