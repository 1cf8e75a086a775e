import type { ConnectCall, ConnectSettings } from '../connect-process.js';
import { ConnectProcess } from '../connect-process.js';
import type { Follower } from './follower.js';
import { untilMirrored } from './until-mirrored.js';

/** Redpanda Connect with a consumer group, which continues where it was acknowledged. */
export function connectFollower(who: string, call: ConnectCall, settings: ConnectSettings): Follower {
  return {
    who,
    lookUp: 'content',
    takesBacklog: true,
    start: async (place, target, streams) => {
      const start = () =>
        ConnectProcess.start(call, place, target, {
          ...{ sourceUrl: place.redisServer.url, streams, settings },
        });
      let connect = await start();
      try {
        await untilMirrored(place, who, target, streams, () => connect.isOver);
      } catch (error) {
        await connect[Symbol.asyncDispose]();
        throw error;
      }
      return {
        get pids() {
          return connect.pids;
        },
        kill: () => connect.kill(),
        restart: async () => {
          connect = await start();
        },
        [Symbol.asyncDispose]: () => connect[Symbol.asyncDispose](),
      };
    },
  };
}
