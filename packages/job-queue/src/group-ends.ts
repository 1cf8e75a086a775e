import { groupBy } from '@redis-to-mongo/pipeline';
import type { Claim, RunEnd } from './claims.js';

/** A claim, and how its run ended. */
export interface Ending {
  readonly claim: Claim;
  /** `unknown`: the claim may not have been granted, because the answer to BEGIN was lost. */
  readonly how: RunEnd | 'unknown';
}

/**
 * Groups ends by run and way to end, since most ends belong to a few runs and can share arguments.
 * @returns the arguments of END, and the ends in the order of its answers.
 */
export function groupEnds(ends: readonly Ending[]) {
  // A run number is unique within this process, whatever name the worker has.
  const groups = [...groupBy(ends, ({ claim, how }) => `${claim.run} ${how}`).values()];
  const args = groups.flatMap((group) => {
    const [{ claim, how }] = group;
    return [claim.worker, claim.run, how, group.length, ...group.map((end) => end.claim.key)];
  });
  return { args, inOrder: groups.flat() };
}
