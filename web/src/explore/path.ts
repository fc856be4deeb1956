// Which entries each hash of an inclusion path stands for: the spans of RFC 6962 section 2.1, from the leaf up.

export interface Span {
  /** First entry. */
  readonly from: number;
  /** Last entry. */
  readonly to: number;
}

export interface Level {
  readonly sibling: Span;
  readonly side: 'left' | 'right';
  readonly parent: Span;
}

/** The levels of the path from leaf `index` in a tree of `size`, leaf side first. */
export function levels(index: number, size: number): Level[] {
  const found: Level[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from);
    const parent = { from, to: to - 1 };
    if (index < middle) {
      found.push({ sibling: { from: middle, to: to - 1 }, side: 'right', parent });
      to = middle;
    } else {
      found.push({ sibling: { from, to: middle - 1 }, side: 'left', parent });
      from = middle;
    }
  }
  return found.reverse();
}

/** The largest power of two that is less than `n`, for n above 1. */
function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}
