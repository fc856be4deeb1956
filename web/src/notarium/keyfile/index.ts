// Private keys as files.

export { PBKDF2_ROUNDS, pbkdf2InScript, type Hash, type Pbkdf2 } from './pbes2';
export * from './pkcs8';
