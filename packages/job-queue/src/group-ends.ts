import type { Claim, RunEnd } from './claims.js';

/** A claim, and how its run ended. */
export interface Ending {
  readonly claim: Claim;
  /** `unknown`: the claim may not have been granted, because the answer to BEGIN was lost. */
  readonly how: RunEnd | 'unknown';
}

interface Alike {
  readonly worker: string;
  readonly run: string;
  readonly how: Ending['how'];
  readonly keys: string[];
  readonly places: number[];
}

/**
 * Groups ends by run and way to end, since most ends belong to a few runs and can share arguments.
 * @returns the arguments of END, and for each of its answers the index of the end that it belongs to.
 */
export function groupEnds(ends: readonly Ending[]): { args: (string | number)[]; places: number[] } {
  const groups = new Map<string, Alike>();
  let group: Alike | undefined;
  for (const [place, { claim, how }] of ends.entries()) {
    const { worker, run, key } = claim;
    // A run number is unique within this process, whatever name the worker has.
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
