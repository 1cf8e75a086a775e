import type { Claim, RunEnd } from './claims.js';

/** A claim, and how its run ended. */
export interface Ending {
  readonly claim: Claim;
  readonly how: RunEnd;
}

interface Alike {
  readonly worker: string;
  readonly run: string;
  readonly how: RunEnd;
  readonly keys: string[];
  readonly places: number[];
}

/**
 * Groups the arguments of END: most ends are of a few runs, and alike, so they can share arguments.
 * @returns its arguments, and of each of its answers to which end it belongs.
 */
export function groupEnds(ends: readonly Ending[]): { args: (string | number)[]; places: number[] } {
  const groups = new Map<string, Alike>();
  let group: Alike | undefined;
  for (const [place, { claim, how }] of ends.entries()) {
    const { worker, run, key } = claim;
    // A run is of one worker.
    if (group?.run !== run || group.how !== how) group = groups.get(`${run} ${how}`);
    if (!group) {
      group = { worker, run, how, keys: [], places: [] };
      groups.set(`${run} ${how}`, group);
    }
    group.keys.push(key);
    group.places.push(place);
  }
  const all = [...groups.values()];
  return {
    args: all.flatMap(({ worker, run, how, keys }) => [worker, run, how, keys.length, ...keys]),
    places: all.flatMap(({ places }) => places),
  };
}
