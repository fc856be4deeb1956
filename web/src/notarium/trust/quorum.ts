// The quorum rule: which sets of witnesses are enough (C2SP tlog-policy).
//
// Witnesses and groups are numbered in the order of their definition, and a group has only earlier members, so that one pass
// decides and nothing recurses, however deep groups are nested.

/** What stands behind a number: a witness at a place of the policy's list, or at least `threshold` of earlier numbers. */
export type Definition =
  | { readonly witness: number }
  | { readonly threshold: number; readonly members: readonly number[] };

/** Whether the witnesses for which `cosigned` holds make `wanted` hold. */
export function isMet(
  definitions: readonly Definition[],
  wanted: number,
  cosigned: (place: number) => boolean,
): boolean {
  const holds: boolean[] = [];
  for (const definition of definitions) {
    holds.push(
      'witness' in definition
        ? cosigned(definition.witness)
        : definition.members.filter((member) => holds[member]).length >= definition.threshold,
    );
  }
  return holds[wanted] === true;
}
