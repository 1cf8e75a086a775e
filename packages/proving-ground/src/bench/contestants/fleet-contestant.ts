import { BenchFleet } from '../bench-fleet.js';
import { FLEET } from '../bench-result.js';
import { checkCount, checkStreams } from '../check-mirror.js';
import { meter } from '../usage-meter.js';
import type { Contestant } from './contestant.js';

/**
 * The real fleet: a scheduler, the queue and one worker, all ready and at rest. The clock runs from the instant at which
 * the streams are there until all is written and all positions are saved: finding, planning and scheduling are part of it.
 */
export const fleetContestant: Contestant = {
  who: FLEET,
  run: async (place, target, load, isFirst) => {
    const fleet = await BenchFleet.start(place, target);
    const entries = load.streams * load.entries;
    try {
      const end = await meter({ ours: fleet.pids, redis: place.redisServer.pid, mongo: target.pid });
      await place.show();
      await fleet.untilMoved('stream', entries);
      const usage = await end();
      await (isFirst ? checkStreams(place, target, entries) : checkCount(target, entries));
      return { ...usage, entries };
    } finally {
      await fleet.stop();
      await place.show(); // back to the shelf
      await place.clear(false);
    }
  },
};
