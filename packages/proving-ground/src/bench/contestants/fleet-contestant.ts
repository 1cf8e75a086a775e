import { BenchFleet } from '../bench-fleet.js';
import { FLEET } from '../bench-result.js';
import { checkCount } from '../check-mirror.js';
import type { Contestant, Follower } from './contestant.js';

/**
 * The real fleet: a scheduler, the queue and one worker, all ready and at rest. The clock runs from the instant at which
 * the streams are there until all is written and all positions are saved: finding, planning and scheduling are part of it.
 */
export function fleetContestant(who: string, options: Readonly<Record<string, string>> = {}): Contestant {
  return {
    who,
    run: async (bench, target, load, isFirst) => {
      const fleet = await BenchFleet.start(bench, target, { options });
      const entries = load.streams * load.entries;
      try {
        const end = await bench.meter(fleet.pids, target);
        await bench.show();
        await fleet.untilMoved('stream', entries);
        const usage = await end();
        await checkCount(target, entries);
        if (isFirst) await target.compare();
        return { ...usage, entries };
      } finally {
        await fleet[Symbol.asyncDispose]();
        await bench.show(); // back to the staging database
        await bench.clearSource();
      }
    },
  };
}

/** A scheduler, the queue and one worker, with the defaults of all options. */
export const fleetFollower: Follower = {
  who: FLEET,
  lookUp: 'id',
  takesBacklog: true,
  start: (bench, target) => BenchFleet.start(bench, target),
};
