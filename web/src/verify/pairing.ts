// Which receipt belongs to which evidence, when many files are put in at once. Pure: names and kinds in, jobs out.

/** One thing that was put in. `key` is its name with its folder's path, as receipts are named after it. */
export interface Item {
  readonly key: string;
  readonly kind: 'file' | 'receipt' | 'folder';
}

export interface Pairs {
  /** Indexes of evidence and its receipt; a receipt alone has no evidence, evidence alone no receipt. */
  readonly jobs: readonly { readonly evidence: number | null; readonly receipt: number | null }[];
}

/** Where the receipts of an item are expected: `X.receipt`, for a folder `F.sha256.receipt`. */
export function receiptNames({ key, kind }: Item): string[] {
  return kind === 'folder' ? [`${key}.sha256.receipt`, `${key}.receipt`] : [`${key}.receipt`];
}

/**
 * Pairs by name first; then by content, as `belongs` knows it (the digests that a receipt records); then the one receipt
 * that is left with the one thing that is left, whatever their names.
 */
export function pair(items: readonly Item[], belongs: (receipt: number, evidence: number) => boolean): Pairs {
  const indexes = items.map((_, at) => at);
  const receipts = new Set(indexes.filter((at) => items[at]!.kind === 'receipt'));
  const evidence = new Set(indexes.filter((at) => items[at]!.kind !== 'receipt'));
  const found = new Map<number, number>();
  const settle = (which: number, receipt: number | undefined): void => {
    if (receipt === undefined) return;
    found.set(which, receipt);
    receipts.delete(receipt);
    evidence.delete(which);
  };
  for (const which of [...evidence]) {
    const names = receiptNames(items[which]!);
    settle(which, [...receipts].find((receipt) => names.includes(items[receipt]!.key)));
  }
  for (const which of [...evidence]) settle(which, [...receipts].find((receipt) => belongs(receipt, which)));
  if (receipts.size === 1 && evidence.size === 1) settle([...evidence][0]!, [...receipts][0]!);
  const jobs: { evidence: number | null; receipt: number | null }[] = [];
  for (const at of indexes) {
    if (receipts.has(at)) jobs.push({ evidence: null, receipt: at });
    else if (evidence.has(at) || found.has(at)) jobs.push({ evidence: at, receipt: found.get(at) ?? null });
  }
  return { jobs };
}
