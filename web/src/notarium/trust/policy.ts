// The trust policy (C2SP tlog-policy): which logs and witnesses a verifier relies on, and how many witnesses it asks for.
//
// Names of witnesses and groups are opaque bytes in the specification; here each byte is one character of a Latin-1 string
// while the file is read, and UTF-8 where it can be when a name is shown.

import { NotariumError, wrapping } from '../codec/error';
import { decodeUtf8, equal, utf8 } from '../codec/bytes';
import { parseDecimal, quoted } from '../codec/text';
import { LOG_KEY, WITNESS_KEY, parseVerifierKey, type VerifierKey } from '../note/key';
import { encodeHex } from '../codec/text';
import { isMet, type Definition } from './quorum';

/** Longest policy file, in bytes. */
export const MAX_POLICY_BYTES = 1 << 20;

export interface PolicyLog {
  readonly key: VerifierKey;
  readonly url: string | null;
}

export interface PolicyWitness {
  /** What this policy calls it. */
  readonly name: string;
  readonly key: VerifierKey;
  readonly url: string | null;
}

/** A trust policy, read and checked, with the bytes that it was read from. */
export interface Policy {
  readonly bytes: Uint8Array;
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  /** Whether the policy asks for witnesses at all. */
  readonly needsWitnesses: boolean;
  /** Whether the witnesses at the places for which `cosigned` holds are enough. */
  readonly quorumMet: (cosigned: (place: number) => boolean) => boolean;
  /** Log keys that were replaced, each with the time in milliseconds from which it counts for nothing by itself. Not of the file. */
  readonly retired: readonly { readonly key: VerifierKey; readonly at: number }[];
}

const sameKey = (one: VerifierKey, other: VerifierKey): boolean =>
  one.name === other.name && one.type === other.type && equal(one.publicKey, other.publicKey);

/** Whether the policy believes a log of this key. */
export function trustsLog(policy: Policy, key: VerifierKey): boolean {
  return policy.logs.some((log) => sameKey(log.key, key));
}

/** The same with more log keys, which this policy does not name. Its bytes stay those of the file. */
export function withLogs(policy: Policy, keys: readonly VerifierKey[]): Policy {
  const logs = [...policy.logs];
  for (const key of keys) {
    if (!logs.some((log) => log.key.name === key.name && log.key.id === key.id)) logs.push({ key, url: null });
  }
  return { ...policy, logs };
}

/**
 * The same with a log key retired at a time: a checkpoint that no other log key has signed counts only with a quorum that vouches
 * for a time before.
 */
export function withRetired(policy: Policy, key: VerifierKey, at: number): Policy {
  return { ...policy, retired: [...policy.retired, { key, at }] };
}

/** When a log key was retired, as far as that is known here. */
export function retiredAt(policy: Policy, key: VerifierKey): number | null {
  const times = policy.retired.filter((one) => sameKey(one.key, key)).map(({ at }) => at);
  return times.length === 0 ? null : Math.min(...times);
}

/** What is wrong with a policy file, and on which line. */
export class PolicyError extends NotariumError {
  /** Counted from 1; the last line for what is wrong with the file as a whole. */
  readonly line: number;

  constructor(line: number, problem: NotariumError) {
    super(problem.code, `line ${line}: ${problem.message}`);
    this.line = line;
  }
}

/** Reads a policy file; throws the first `PolicyError`, from the top of the file. */
export function parsePolicy(input: Uint8Array | string): Policy {
  const bytes = typeof input === 'string' ? utf8(input) : input;
  const lines = splitLines(latin1(bytes));
  const whole = (problem: NotariumError): PolicyError => new PolicyError(Math.max(lines.length, 1), problem);
  if (bytes.length > MAX_POLICY_BYTES) {
    throw whole(bad('policy-too-large', `the policy has ${bytes.length} bytes, more than ${MAX_POLICY_BYTES}`));
  }
  const parser = new Parser();
  lines.forEach((line, at) => wrapping(() => parser.line(line), (problem) => new PolicyError(at + 1, problem)));
  const { rule, logs, witnesses, definitions } = parser;
  if (rule === null) throw whole(bad('missing-quorum', 'the policy has no quorum line'));
  return {
    bytes: bytes.slice(),
    logs,
    witnesses,
    needsWitnesses: rule !== 'none',
    quorumMet: (cosigned) => rule === 'none' || isMet(definitions, rule, cosigned),
    retired: [],
  };
}

/** Lines with their LF; the last one as it is. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function latin1(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return pieces.join('');
}

function rawBytes(word: string): Uint8Array {
  return Uint8Array.from(word, (character) => character.charCodeAt(0));
}

/** Bytes of the file as they can be shown. */
function shown(word: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(rawBytes(word));
}

class Parser {
  readonly logs: PolicyLog[] = [];
  readonly witnesses: PolicyWitness[] = [];
  readonly definitions: Definition[] = [];
  rule: number | 'none' | null = null;
  #numbers = new Map<string, number>();
  #members = new Set<number>();
  #keys = new Set<string>();
  #keyIds = new Set<string>();

  line(line: string): void {
    if (!line.endsWith('\n')) throw bad('unended-line', 'the last line does not end in a line feed');
    const text = line.slice(0, -1);
    const forbidden = /[\x00-\x08\x0a-\x1f\x7f]/.exec(text);
    if (forbidden) {
      const byte = forbidden[0].charCodeAt(0).toString(16).padStart(2, '0');
      throw bad('forbidden-byte', `the byte 0x${byte} is not allowed (lines end in a line feed alone)`);
    }
    const [first, ...words] = text.split(/[ \t]+/).filter((word) => word !== '');
    if (first === undefined || first.startsWith('#')) return;
    if (first === 'log') this.#log(words);
    else if (first === 'witness') this.#witness(words);
    else if (first === 'group') this.#group(words);
    else if (first === 'quorum') this.#quorum(words);
    else throw bad('unknown-keyword', `unknown keyword ${quoted(shown(first))}`);
  }

  #log(words: readonly string[]): void {
    const [key, url] = words;
    if (key === undefined || words.length > 2) throw wrongForm('log <vkey> [<url>]');
    const address = parseUrl(url);
    this.logs.push({ key: this.#key(key, 'log', LOG_KEY), url: address });
  }

  #witness(words: readonly string[]): void {
    const [name, key, url] = words;
    if (name === undefined || key === undefined || words.length > 3) {
      throw wrongForm('witness <name> <vkey> [<url>]');
    }
    const address = parseUrl(url);
    const vkey = this.#key(key, 'witness', WITNESS_KEY);
    this.#define(name, { witness: this.witnesses.length });
    this.witnesses.push({ name: shown(name), key: vkey, url: address });
  }

  #group(words: readonly string[]): void {
    const [name, threshold, ...names] = words;
    if (name === undefined || threshold === undefined || names.length === 0) {
      throw wrongForm('group <name> all|any|<k> <name>...');
    }
    const members = names.map((member) => this.#member(member));
    this.#define(name, { threshold: parseThreshold(threshold, members.length), members });
  }

  #quorum(words: readonly string[]): void {
    const [name] = words;
    if (name === undefined || words.length > 1) throw wrongForm('quorum <name>|none');
    const rule = name === 'none' ? 'none' : this.#number(name);
    if (this.rule !== null) throw bad('second-quorum', 'a second quorum line');
    this.rule = rule;
  }

  /** No two keys of the same role share a public key, and no two keys a name and id. */
  #key(word: string, role: 'log' | 'witness', type: VerifierKey['type']): VerifierKey {
    const text = decodeUtf8(rawBytes(word));
    if (text === null) throw bad('key-not-utf8', 'the key is not valid UTF-8');
    const key = parseVerifierKey(text);
    if (key.type !== type) {
      throw bad('wrong-key-type', `a ${role} has a key of type 0${type}, not 0${key.type}`);
    }
    if (!add(this.#keys, `${type} ${encodeHex(key.publicKey)}`)) {
      throw bad('duplicate-key', `another ${role} has the same public key`);
    }
    if (!add(this.#keyIds, `${key.id} ${key.name}`)) {
      throw bad('ambiguous-key', 'another key has the same name and id');
    }
    return key;
  }

  /** Gives a name to the next witness or group. */
  #define(name: string, definition: Definition): void {
    if (name === 'none') throw reservedName();
    if (this.#numbers.has(name)) throw bad('duplicate-name', `${quoted(shown(name))} is defined twice`);
    this.#numbers.set(name, this.definitions.length);
    this.definitions.push(definition);
  }

  /** A group's member: defined before, and a member for the first time, so that no witness counts twice. */
  #member(name: string): number {
    if (name === 'none') throw reservedName();
    const number = this.#number(name);
    if (!add(this.#members, number)) {
      throw bad('second-membership', `${quoted(shown(name))} is a member of a group already`);
    }
    return number;
  }

  #number(name: string): number {
    const number = this.#numbers.get(name);
    if (number === undefined) {
      throw bad('undefined-name', `${quoted(shown(name))} is not defined on a line before this one`);
    }
    return number;
  }
}

function parseThreshold(word: string, members: number): number {
  const threshold = word === 'any' ? 1n : word === 'all' ? BigInt(members) : parseDecimal(word);
  if (threshold === null || threshold < 1n || threshold > BigInt(members)) {
    throw bad('bad-threshold', `the threshold is none of all, any and 1 to ${members}`);
  }
  return Number(threshold);
}

function parseUrl(word: string | undefined): string | null {
  if (word?.startsWith('#')) throw bad('comment-after-items', 'a comment needs a line of its own');
  return word === undefined ? null : shown(word);
}

/** Adds to a set; false when it was there. */
function add<T>(set: Set<T>, value: T): boolean {
  const before = set.size;
  return set.add(value).size > before;
}

function reservedName(): NotariumError {
  return bad('reserved-name', 'the name "none" is kept for the quorum');
}

function wrongForm(form: string): NotariumError {
  return bad('wrong-form', `the line does not read ${form}`);
}

function bad(code: string, message: string): NotariumError {
  return new NotariumError(code, message);
}
