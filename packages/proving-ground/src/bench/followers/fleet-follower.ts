import { BenchFleet } from '../bench-fleet.js';
import { FLEET } from '../bench-result.js';
import type { Follower } from './follower.js';

/** A scheduler, the queue and one worker, with the defaults of all options. */
export const fleetFollower: Follower = {
  who: FLEET,
  lookUp: 'id',
  takesBacklog: true,
  start: async (place, target, streams) => {
    const fleet = await BenchFleet.start(place, target);
    try {
      await fleet.untilMoved('stream', streams);
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
    return {
      get pids() {
        return fleet.pids;
      },
      kill: () => fleet.killAll(),
      restart: () => fleet.startAgain(),
      [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
    };
  },
};
