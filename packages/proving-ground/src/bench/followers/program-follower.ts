import { BenchProcess } from '../bench-process.js';
import { LIMIT, OLD_ENGINE } from '../bench-result.js';
import type { Follower } from './follower.js';
import { untilMirrored } from './until-mirrored.js';

/** Begins with what comes after its start: it keeps no position. */
export const limitFollower = programFollower(LIMIT, 'follow-limit', false);

/** Polls each second, and continues from the positions that it saved. */
export const oldEngineFollower = programFollower(OLD_ENGINE, 'follow-old-engine', true);

function programFollower(who: string, program: string, takesBacklog: boolean): Follower {
  return {
    who,
    lookUp: 'content',
    takesBacklog,
    start: async (place, target, streams) => {
      const config = {
        ...{ redisUrl: place.redisServer.url, mongoUri: target.uri, dbName: target.dbName },
        streams,
      };
      let process = await BenchProcess.start(program, config);
      try {
        if (takesBacklog) await untilMirrored(place, who, target, streams);
      } catch (error) {
        await process[Symbol.asyncDispose]();
        throw error;
      }
      return {
        get pids() {
          return [process.pid];
        },
        kill: () => process[Symbol.asyncDispose](),
        restart: async () => {
          process = await BenchProcess.start(program, config);
        },
        [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
      };
    },
  };
}
