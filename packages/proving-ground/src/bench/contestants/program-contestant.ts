import { BenchProcess, numberIn } from '../bench-process.js';
import { LIMIT, OLD_ENGINE } from '../bench-result.js';
import type { BenchSizes } from '../bench-sizes.js';
import { checkCount } from '../check-mirror.js';
import { type Contestant, type Follower, followBy } from './contestant.js';

export const limitContestant = programContestant(LIMIT, 'limit', () => Number.POSITIVE_INFINITY);

/** Moves only the first entries, because it is slow. */
export const oldEngineContestant = programContestant(
  OLD_ENGINE,
  'old-engine',
  (sizes) => sizes.oldEngineEntries,
);

/**
 * A program of processes/. The clock runs from its first read to its last acknowledged write.
 * @param mostOf returns the most entries that it moves.
 */
function programContestant(who: string, program: string, mostOf: (sizes: BenchSizes) => number): Contestant {
  return {
    who,
    run: async (bench, target, load) => {
      const limit = Math.min(load.streams * load.entries, mostOf(bench.sizes));
      await using process = await BenchProcess.start(program, {
        ...bench.programServers(target, bench.stagingUrl),
        ...{ streams: load.streams, entries: load.entries, limit },
      });
      const end = await bench.meter(process.pids, target);
      process.send('go');
      const entries = numberIn(await process.report(), 'entries');
      const usage = await end();
      await checkCount(target, limit);
      return { ...usage, entries };
    },
  };
}

/** Copies only entries from after its start: it keeps no position. */
export const limitFollower = programFollower(LIMIT, 'follow-limit', false);

/** Polls every second. After a restart it continues at its saved positions. */
export const oldEngineFollower = programFollower(OLD_ENGINE, 'old-engine', true);

function programFollower(who: string, program: string, takesBacklog: boolean): Follower {
  return {
    who,
    lookUp: 'content',
    takesBacklog,
    start: async (bench, target, streams) =>
      await followBy(() =>
        BenchProcess.start(program, { ...bench.programServers(target), streams, limit: 0 }),
      ),
  };
}
