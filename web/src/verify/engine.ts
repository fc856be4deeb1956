// From what was put in to reports: fingerprints, pairs, verification, what differs, and what the ledger says.

import type { Hasher } from '../hashing';
import {
  buildManifest,
  digestsOf,
  depositedOf,
  followRotations,
  differenceRemarks,
  encodeHex,
  equal,
  fittingChange,
  folderDifference,
  isEvidence,
  isRotationReceipt,
  NotariumError,
  RotationError,
  attempt,
  memberOf,
  parseManifest,
  parsePolicy,
  parseReceipt,
  possibleChanges,
  verifyReceipt,
  type Digests,
  type FolderDifference,
  type LedgerSide,
  type Manifest,
  type Member,
  type Policy,
  type Receipt,
  type Report,
  type Sentence,
  type SignedCheckpoint,
} from '../notarium';
import { LedgerClient, errorText } from '../page/ledger';
import { OtherLedger, askStepEight } from '../page/step-eight';
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
  /** What the report was made from, for documents. */
  readonly receipt: Uint8Array | null;
  readonly policy: Policy | null;
  /** The fingerprint, where there is evidence. */
  readonly digests: Digests | null;
}

export interface Trust {
  readonly policy: Policy | null;
  /** The policy as a report names it. */
  readonly name: string | null;
  /** A checkpoint from before the deposit, as the lower end of its time. */
  readonly without: SignedCheckpoint | null;
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
  const rotations = items.flatMap((item): Rotation[] => {
    const receipt = rotationOf(item);
    return receipt ? [{ item, receipt }] : [];
  });
  // Beside other things they say whose signature counts; alone, they are what is to be verified.
  const others = items.filter((item) => !rotations.some((one) => one.item === item));
  const { policy, notes } = follow(setting.trust.policy, rotations);
  const followed = { ...setting, trust: { ...setting.trust, policy } };
  const verified = await verifyThings(others.length === 0 ? items : others, followed, rotations.length > 0);
  // Said once, beside the first report.
  const first = Math.max(verified.findIndex(({ report }) => report !== null), 0);
  return verified.map((one, at) => (at === first ? { ...one, notes: [...one.notes, ...notes] } : one));
}

interface Rotation {
  readonly item: PutIn;
  readonly receipt: Receipt;
}

/** The receipt of a change of a ledger's key, recognised by its content. */
export function rotationOf(item: PutIn): Receipt | null {
  if (item.kind !== 'receipt') return null;
  const receipt = attempt(() => parseReceipt(item.bytes));
  return isReceipt(receipt) && isRotationReceipt(receipt) ? receipt : null;
}

/** The policy with what these rotations prove. One that does not count is left out and said; of two histories none counts. */
function follow(policy: Policy | null, rotations: readonly Rotation[]): { policy: Policy | null; notes: Note[] } {
  const notes: Note[] = [];
  let left = rotations;
  while (policy && left.length > 0) {
    const receipts = left.map(({ receipt }) => receipt);
    const followed = attempt(() => followRotations(policy, receipts));
    if (!(followed instanceof NotariumError)) {
      const names = left.map(({ item }) => item.key).join(', ');
      return { policy: followed, notes: [...notes, { kind: 'info', text: VERIFY.rotationFollowed, values: { names } }] };
    }
    if (!(followed instanceof RotationError)) throw followed;
    const refused = left[followed.place];
    notes.push({ kind: 'warning', text: VERIFY.rotationRefused, values: { name: refused?.item.key ?? '', error: followed.message } });
    left = followed.code === 'contradicted' ? [] : left.filter((one) => one !== refused);
  }
  return { policy, notes };
}

async function verifyThings(items: readonly PutIn[], setting: Setting, rotated: boolean): Promise<Verified[]> {
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
  const jobs = pair(rest, belongs).jobs.map(({ evidence, receipt }): Job => {
    const proof = receipt === null ? null : rest[receipt]!;
    return {
      item: evidence === null ? null : rest[evidence]!,
      here: evidence === null ? null : atHand[evidence]!,
      receipt: proof?.kind === 'receipt' ? proof : null,
      member: null,
    };
  });
  const verified: Verified[] = [];
  for (const job of await withMembers(jobs)) verified.push(await verifyOne(job, setting, rotated));
  return verified;
}

/** One verification: what is at hand of the evidence, its receipt, and the one file where the evidence is a package's manifest. */
interface Job {
  readonly item: PutIn | null;
  readonly here: AtHand | Note | null;
  readonly receipt: Extract<PutIn, { kind: 'receipt' }> | null;
  readonly member: Member | null;
}

const isReceipt = (found: Receipt | NotariumError | null | undefined): found is Receipt =>
  found !== null && found !== undefined && !(found instanceof NotariumError);

/** Whether a receipt records these digests openly. */
function records({ disclosure }: Receipt, digests: Digests): boolean {
  const { statement } = disclosure;
  if (statement instanceof NotariumError || !isEvidence(statement.body)) return false;
  return !statement.body.fingerprint.salted && equal(statement.body.fingerprint.sha256, digests.sha256);
}

const isManifest = (item: PutIn | null): item is FileIn => item?.kind === 'file' && item.key.endsWith('.sha256');

/** The manifest `F.sha256` of each folder F that was put in beside it. */
function manifestsOfFolders(items: readonly PutIn[]): Map<PutIn, FileIn> {
  const manifests = new Map<PutIn, FileIn>();
  for (const folder of items) {
    if (folder.kind !== 'folder') continue;
    const name = `${folder.key}.sha256`;
    const manifest = items.find((item): item is FileIn => item.kind === 'file' && item.key === name);
    if (manifest) manifests.set(folder, manifest);
  }
  // One folder and one manifest belong together, whatever the folder is called now.
  const folders = items.filter((item) => item.kind === 'folder' && !manifests.has(item));
  const left = items.filter((item): item is FileIn => isManifest(item) && ![...manifests.values()].includes(item as FileIn));
  if (folders.length === 1 && left.length === 1) manifests.set(folders[0]!, left[0]!);
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

async function verifyOne({ item, here, receipt, member }: Job, setting: Setting, rotated: boolean): Promise<Verified> {
  const name = member?.file ?? item?.key ?? receipt?.key ?? '';
  const nothing = { name, report: null, receipt: null, policy: null };
  if (here && 'text' in here) return { ...nothing, notes: [here], digests: null };
  const notes = [...(here?.notes ?? [])];
  if (!receipt) {
    if (here?.file && (await isPolicy(here.file))) notes.push({ kind: 'warning', text: VERIFY.looksLikePolicy, values: { name } });
    return { ...nothing, notes, digests: here?.digests ?? null };
  }
  if (!here) notes.push({ kind: 'info', text: VERIFY.addEvidence, values: {} });
  const ledger = await askLedger(receipt.bytes, setting, notes);
  const { policy } = setting.trust;
  const make = (remarks: readonly Sentence[]): Report =>
    verifyReceipt({
      receipt: receipt.bytes,
      evidence: here?.digests ?? null,
      folder: here?.folder ?? null,
      member,
      policy,
      without: setting.trust.without,
      ledger,
      remarks,
      provenance: {
        software: setting.software,
        verifiedBy: setting.verifiedBy,
        verifiedAt: setting.now,
        evidence: item && (here?.file?.name ?? (item.kind === 'folder' ? `${item.key}.sha256` : item.key)),
        receipt: receipt.key,
        policy: setting.trust.name,
      },
    });
  const report = make([]);
  const { checkpoint } = report.facts;
  const unsigned = report.checks.some(({ step, outcome }) => step === 'log' && outcome === 'not-made');
  if (unsigned && !rotated && checkpoint && policy?.logs.some(({ key }) => key.name === checkpoint.origin)) {
    notes.push({ kind: 'info', text: VERIFY.rotationMissing, values: { origin: checkpoint.origin } });
  }
  const whole = fingerprintDiffers(report) && here?.file ? make(await remarksOn(here.file, receipt.bytes, setting)) : report;
  return { name, notes, report: whole, receipt: receipt.bytes, policy, digests: here?.digests ?? null };
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
  try {
    return await askStepEight(setting.ledger, receipt);
  } catch (error) {
    const other = error instanceof OtherLedger;
    const note: Note = other
      ? { kind: 'info', text: VERIFY.ledgerOther, values: { origin: receipt.checkpoint.origin } }
      : { kind: 'warning', text: VERIFY.ledgerFailed, values: { error: errorText(error) } };
    notes.push(note);
    return null;
  }
}

/** One file of a package is shown with the manifest: files without a receipt of their own are looked for in it. */
async function withMembers(jobs: readonly Job[]): Promise<readonly Job[]> {
  const packages: { job: Job; manifest: Manifest }[] = [];
  for (const job of jobs) {
    const manifest = isManifest(job.item) && job.receipt ? await readManifest(job.item.file) : null;
    if (manifest) packages.push({ job, manifest });
  }
  const shown = new Set<Job>();
  const judged = jobs.map((job): Job => {
    const { item, here, receipt } = job;
    if (packages.length === 0 || receipt || item?.kind !== 'file' || !here || !('digests' in here)) return job;
    const sha256 = encodeHex(here.digests.sha256);
    const found = packages.map(({ job: of, manifest }) => ({ of, member: memberOf(manifest, item.key, sha256) }));
    const best = found.find(({ member }) => member.listedAs !== null) ?? found.find(({ member }) => member.expected) ?? found[0]!;
    shown.add(best.of);
    return { ...best.of, member: best.member };
  });
  // What is said of a file rests on the manifest, which its report holds: a report on the manifest alone would say it twice.
  return judged.filter((job) => !shown.has(job));
}

async function readManifest(file: File): Promise<Manifest | null> {
  if (file.size > 256 * 1024 * 1024) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const manifest = attempt(() => parseManifest(bytes));
  return manifest instanceof NotariumError ? null : manifest;
}
