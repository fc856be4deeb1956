// From what was put in to reports: fingerprints, pairs, verification, what differs, and what the ledger says.

import type { Hasher } from '../hashing';
import {
  buildManifest,
  digestsOf,
  depositedOf,
  differenceRemarks,
  encodeHex,
  equal,
  fittingChange,
  folderDifference,
  isEvidence,
  NotariumError,
  attempt,
  parseManifest,
  parsePolicy,
  parseReceipt,
  possibleChanges,
  verifyReceipt,
  type Digests,
  type FolderDifference,
  type LedgerSide,
  type Manifest,
  type Policy,
  type Receipt,
  type Report,
  type Sentence,
} from '../notarium';
import { LedgerClient, errorText } from '../page/ledger';
import type { Pair } from '../page/ui';
import { VERIFY } from '../words/verify';
import { pair } from './pairing';
import type { PutIn } from './put-in';

/** Something to say beside a report, in both languages. */
export interface Note {
  readonly kind: 'info' | 'warning' | 'error';
  readonly text: Pair;
  readonly values: Readonly<Record<string, string | number>>;
}

/** What is shown for one piece of evidence or one receipt. */
export interface Verified {
  readonly name: string;
  readonly notes: readonly Note[];
  /** Null where there is no receipt. */
  readonly report: Report | null;
  /** The fingerprint, where there is evidence. */
  readonly digests: Digests | null;
}

export interface Trust {
  readonly policy: Policy | null;
  /** The policy as a report names it. */
  readonly name: string | null;
}

export interface Setting {
  readonly hasher: Hasher;
  readonly trust: Trust;
  /** The ledger to ask for earlier deposits; null: nobody is asked. */
  readonly ledger: LedgerClient | null;
  readonly software: string;
  readonly verifiedBy: string | null;
  /** Milliseconds. */
  readonly now: number;
  readonly signal: AbortSignal;
  onProgress(text: Pair, name: string, done: number, of: number): void;
}

type Evidence = Exclude<PutIn, { kind: 'receipt' }>;
type FileIn = Extract<PutIn, { kind: 'file' }>;

/** The evidence at hand: its digests, and for a folder how it differs from its manifest. */
interface AtHand {
  readonly item: Evidence;
  readonly digests: Digests;
  readonly folder: FolderDifference | null;
  /** The file whose bytes are the evidence: for a folder its manifest, where it was put in. */
  readonly file: File | null;
  readonly notes: readonly Note[];
}

/** Digests that were computed before, so that another policy or language hashes nothing again. */
const known = new WeakMap<File, Digests>();

async function hashFile(file: File, setting: Setting): Promise<Digests> {
  const before = known.get(file);
  if (before) return before;
  const onProgress = (done: number): void => setting.onProgress(VERIFY.hashing, file.name, done, file.size);
  const digests = await setting.hasher.hash(file, onProgress, setting.signal);
  known.set(file, digests);
  return digests;
}

/** Verifies everything that was put in. Rejects with `Cancelled` when the signal is aborted. */
export async function verifyAll(items: readonly PutIn[], setting: Setting): Promise<Verified[]> {
  const manifests = manifestsOfFolders(items);
  const rest = items.filter((item) => ![...manifests.values()].some((manifest) => manifest === item));
  const atHand: (AtHand | Note | null)[] = [];
  for (const item of rest) {
    atHand.push(item.kind === 'receipt' ? null : await takeEvidence(item, manifests.get(item) ?? null, setting));
  }
  const receipts = rest.map((item) => (item.kind === 'receipt' ? attempt(() => parseReceipt(item.bytes)) : null));
  const belongs = (receipt: number, evidence: number): boolean => {
    const [parsed, here] = [receipts[receipt], atHand[evidence]];
    return isReceipt(parsed) && here !== null && here !== undefined && 'digests' in here && records(parsed, here.digests);
  };
  const verified: Verified[] = [];
  for (const job of pair(rest, belongs).jobs) {
    const receipt = job.receipt === null ? null : rest[job.receipt]!;
    const here = job.evidence === null ? null : atHand[job.evidence]!;
    verified.push(await verifyOne(job.evidence === null ? null : rest[job.evidence]!, here, receipt, setting));
  }
  return withMembers(verified, rest, setting);
}

const isReceipt = (found: Receipt | NotariumError | null | undefined): found is Receipt =>
  found !== null && found !== undefined && !(found instanceof NotariumError);

/** Whether a receipt records these digests openly. */
function records({ disclosure }: Receipt, digests: Digests): boolean {
  const { statement } = disclosure;
  if (statement instanceof NotariumError || !isEvidence(statement.body)) return false;
  return !statement.body.fingerprint.salted && equal(statement.body.fingerprint.sha256, digests.sha256);
}

/** The manifest `F.sha256` of each folder F that was put in beside it. */
function manifestsOfFolders(items: readonly PutIn[]): Map<PutIn, FileIn> {
  const manifests = new Map<PutIn, FileIn>();
  for (const folder of items) {
    if (folder.kind !== 'folder') continue;
    const name = `${folder.key}.sha256`;
    const manifest = items.find((item): item is FileIn => item.kind === 'file' && item.key === name);
    if (manifest) manifests.set(folder, manifest);
  }
  return manifests;
}

async function takeEvidence(
  item: Evidence,
  manifest: FileIn | null,
  setting: Setting,
): Promise<AtHand | Note> {
  if (item.kind === 'file') {
    return { item, digests: await hashFile(item.file, setting), folder: null, file: item.file, notes: [] };
  }
  const lines: { path: string; sha256: Uint8Array }[] = [];
  for (const { path, file } of item.files) lines.push({ path, sha256: (await hashFile(file, setting)).sha256 });
  const now = attempt(() => buildManifest(lines));
  if (now instanceof NotariumError) return { kind: 'error', text: VERIFY.folderBad, values: { error: now.message } };
  if (!manifest) {
    const note: Note = { kind: 'info', text: VERIFY.noManifest, values: { name: `${item.key}.sha256` } };
    return { item, digests: digestsOf(now.bytes), folder: null, file: null, notes: [note] };
  }
  const bytes = new Uint8Array(await manifest.file.arrayBuffer());
  const deposited = attempt(() => parseManifest(bytes));
  if (deposited instanceof NotariumError) {
    return { kind: 'error', text: VERIFY.manifestBad, values: { name: manifest.key, error: deposited.message } };
  }
  const folder = folderDifference(deposited, now);
  return { item, digests: digestsOf(bytes), folder, file: manifest.file, notes: [] };
}

async function verifyOne(
  item: PutIn | null,
  here: AtHand | Note | null,
  receipt: PutIn | null,
  setting: Setting,
): Promise<Verified> {
  const name = item?.key ?? receipt?.key ?? '';
  if (here && 'text' in here) return { name, notes: [here], report: null, digests: null };
  const notes = [...(here?.notes ?? [])];
  if (receipt?.kind !== 'receipt') {
    if (here?.file && (await isPolicy(here.file))) notes.push({ kind: 'warning', text: VERIFY.looksLikePolicy, values: { name } });
    return { name, notes, report: null, digests: here?.digests ?? null };
  }
  if (!here) notes.push({ kind: 'info', text: VERIFY.addEvidence, values: {} });
  const ledger = await askLedger(receipt.bytes, setting, notes);
  const make = (remarks: readonly Sentence[]): Report =>
    verifyReceipt({
      receipt: receipt.bytes,
      evidence: here?.digests ?? null,
      folder: here?.folder ?? null,
      policy: setting.trust.policy,
      ledger,
      remarks,
      provenance: {
        software: setting.software,
        verifiedBy: setting.verifiedBy,
        verifiedAt: setting.now,
        evidence: item && (item.kind === 'folder' ? `${item.key}.sha256` : item.key),
        receipt: receipt.key,
        policy: setting.trust.name,
      },
    });
  const report = make([]);
  const whole = fingerprintDiffers(report) && here?.file ? make(await remarksOn(here.file, receipt.bytes, setting)) : report;
  return { name, notes, report: whole, digests: here?.digests ?? null };
}

/** Whether a file is a policy; one that was dropped with the evidence is never taken for the verifier's own. */
async function isPolicy(file: File): Promise<boolean> {
  if (file.size > 65_536) return false;
  const bytes = new Uint8Array(await file.arrayBuffer());
  return !(attempt(() => parsePolicy(bytes)) instanceof NotariumError);
}

/** Whether the fingerprint itself is another; step 2 also fails where only a folder is not as its manifest says. */
function fingerprintDiffers({ facts }: Report): boolean {
  const { computed, computedSalted, recorded, salted } = facts.evidence;
  const own = salted ? computedSalted : computed;
  if (!own || !recorded) return false;
  return own.sha256 !== recorded.sha256 || own.sm3 !== recorded.sm3 || own.length !== recorded.length;
}

/** The closest explanation of a file that is not what was deposited. */
async function remarksOn(file: File, bytes: Uint8Array, setting: Setting): Promise<Sentence[]> {
  const receipt = attempt(() => parseReceipt(bytes));
  const deposited = isReceipt(receipt) ? depositedOf(receipt) : null;
  if (!deposited) return [];
  const changes = possibleChanges(file.size, deposited);
  const onProgress = (done: number): void => setting.onProgress(VERIFY.comparing, file.name, done, file.size);
  const found = changes.length === 0 ? [] : await setting.hasher.changed(file, changes, onProgress, setting.signal);
  return differenceRemarks(file.size, deposited, fittingChange(found, deposited));
}

/** Step 8, where there is a ledger to ask and the receipt is from it. What stands in the way becomes a note. */
async function askLedger(bytes: Uint8Array, setting: Setting, notes: Note[]): Promise<LedgerSide | null> {
  const receipt = attempt(() => parseReceipt(bytes));
  if (!setting.ledger || !isReceipt(receipt)) return null;
  const { statement } = receipt.disclosure;
  if (statement instanceof NotariumError || !isEvidence(statement.body)) return null;
  try {
    const { origin } = await setting.ledger.info();
    if (origin !== receipt.checkpoint.origin) {
      notes.push({ kind: 'info', text: VERIFY.ledgerOther, values: { origin: receipt.checkpoint.origin } });
      return null;
    }
    const earlier = await setting.ledger.earlier(statement.body.fingerprint, receipt.index);
    return { source: setting.ledger.name, replayed: null, key: 'not-checked', earlier };
  } catch (error) {
    notes.push({ kind: 'info', text: VERIFY.ledgerFailed, values: { error: errorText(error) } });
    return null;
  }
}

/** One file of a package is shown with the manifest: files without a receipt of their own are looked for in it. */
async function withMembers(verified: readonly Verified[], items: readonly PutIn[], setting: Setting): Promise<Verified[]> {
  const orphans = verified.filter((one) => one.report === null && one.digests !== null);
  const file = items.find((item): item is FileIn => {
    return item.kind === 'file' && item.key.endsWith('.sha256') && verified.some((one) => one.name === item.key && one.report);
  });
  if (!file || orphans.length === 0) return [...verified];
  const manifest = await readManifest(file.file);
  if (!manifest || setting.signal.aborted) return [...verified];
  const notes = orphans.map((one) => memberNote(one, manifest));
  const caveat: Note = { kind: 'info', text: VERIFY.memberCaveat, values: {} };
  return verified
    .filter((one) => !orphans.includes(one))
    .map((one) => (one.name === file.key ? { ...one, notes: [...notes, caveat, ...one.notes] } : one));
}

async function readManifest(file: File): Promise<Manifest | null> {
  if (file.size > 256 * 1024 * 1024) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const manifest = attempt(() => parseManifest(bytes));
  return manifest instanceof NotariumError ? null : manifest;
}

function memberNote({ name, digests }: Verified, manifest: Manifest): Note {
  const sha256 = encodeHex(digests!.sha256);
  const line = manifest.lines.find((one) => one.sha256 === sha256);
  return line
    ? { kind: 'info', text: VERIFY.memberIn, values: { name, path: line.path } }
    : { kind: 'error', text: VERIFY.memberOut, values: { name } };
}
