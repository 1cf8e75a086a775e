import { BenchProcess, numberIn } from '../bench-process.js';
import { LIMIT, OLD_ENGINE } from '../bench-result.js';
import { checkCount } from '../check-mirror.js';
import { meter } from '../usage-meter.js';
import type { Contestant } from './contestant.js';

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
      const end = await meter({ ours: [process.pid], redis: place.redisServer.pid, mongo: target.pid });
      process.send('go');
      const entries = numberIn(await process.report(), 'entries');
      const usage = await end();
      await checkCount(target, limit);
      return { ...usage, entries };
    },
  };
}
