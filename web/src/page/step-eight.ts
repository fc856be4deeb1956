// Step 8 of a verification: what the ledger itself says of the submitter's key, and has of the same evidence. It decides nothing.

import { NotariumError, decodeBase64, encodeHex, equal, isEvidence, type LedgerSide, type Receipt } from '../notarium';
import { keyAtEntry } from './key-said';
import { LedgerError, type LedgerClient } from './ledger';

/** The ledger is another than the receipt's. */
export class OtherLedger extends Error {}

/**
 * Asks a ledger whether it has the receipt's entry, and for deposits of the same evidence before it; null when the entry is not
 * understood. Throws when the ledger cannot be asked, is another than the receipt's, or contradicts the receipt.
 */
export async function askStepEight(client: LedgerClient, receipt: Receipt): Promise<LedgerSide | null> {
  const { entry, entryBytes, statement } = receipt.disclosure;
  if (entry instanceof NotariumError) return null;
  const { origin } = await client.info();
  if (origin !== receipt.checkpoint.origin) throw new OtherLedger(receipt.checkpoint.origin);
  const there = await client.entry(entry.index);
  const bytes = there && decodeBase64(there.entry);
  if (!bytes) throw new LedgerError(200, 'no-entry', `it has no entry ${entry.index}`, 'a ledger never loses an entry that it has given a receipt for');
  if (!equal(bytes, entryBytes)) {
    const hint = 'keep the receipt: with a policy that it passes, it shows that its ledger has told two stories';
    throw new LedgerError(200, 'other-entry', `it has another entry ${entry.index} than the receipt`, hint);
  }
  const publicKey = statement instanceof NotariumError ? '' : encodeHex(statement.key.publicKey);
  const key = keyAtEntry(there.key, publicKey);
  const evidence = statement instanceof NotariumError || !isEvidence(statement.body) ? null : statement.body.fingerprint;
  const found = evidence ? await client.earlier(evidence, entry.index) : { earlier: null, partial: [] };
  return { source: client.name, replayed: null, key, ...found };
}
