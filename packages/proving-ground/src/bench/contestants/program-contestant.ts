import { BenchProcess, numberIn } from '../bench-process.js';
import { LIMIT, OLD_ENGINE } from '../bench-result.js';
import { checkCount } from '../check-mirror.js';
import { meter } from '../usage-meter.js';
import type { Contestant, Follower } from './contestant.js';

export const limitContestant: Contestant = programContestant(LIMIT, 'limit', (entries) => entries);

/** Gets the first entries only. */
export const oldEngineContestant: Contestant = programContestant(OLD_ENGINE, 'old-engine', (entries, most) =>
  Math.min(entries, most),
);

/** One of the programs in processes/; the clock runs from its first read to its last acknowledged write. */
function programContestant(
  who: string,
  program: string,
  limitOf: (entries: number, oldEngineEntries: number) => number,
): Contestant {
  return {
    who,
    run: async (place, target, load) => {
      const limit = limitOf(load.streams * load.entries, place.sizes.oldEngineEntries);
      await using process = await BenchProcess.start(program, {
        redisUrl: place.shelfUrl,
        mongoUri: target.uri,
        dbName: target.dbName,
        streams: load.streams,
        entries: load.entries,
        limit,
      });
      const end = await meter({ ours: process.pids, redis: place.redisServer.pid, mongo: target.pid });
      process.send('go');
      const entries = numberIn(await process.report(), 'entries');
      const usage = await end();
      await checkCount(target, limit);
      return { ...usage, entries };
    },
  };
}

/** Begins with what comes after its start: it keeps no position. */
export const limitFollower = programFollower(LIMIT, 'follow-limit', false);

/** Polls each second, and continues from the positions that it saved. */
export const oldEngineFollower = programFollower(OLD_ENGINE, 'old-engine', true);

function programFollower(who: string, program: string, takesBacklog: boolean): Follower {
  return {
    who,
    lookUp: 'content',
    takesBacklog,
    start: async (place, target, streams) => {
      const servers = { redisUrl: place.redisServer.url, mongoUri: target.uri, dbName: target.dbName };
      const start = () => BenchProcess.start(program, { ...servers, streams, limit: 0 });
      let process = await start();
      return {
        get pids() {
          return process.pids;
        },
        kill: () => process[Symbol.asyncDispose](),
        restart: async () => {
          process = await start();
        },
        [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
      };
    },
  };
}
