import { BenchFleet } from '../bench-fleet.js';
import { BenchProcess, numberIn } from '../bench-process.js';
import {
  CONNECT,
  DOCUMENT_FLEET,
  FLEET,
  LIMIT,
  OLD_ENGINE,
  ORDINARY_FLEET,
  QUICK_CONNECT,
} from '../bench-result.js';
import type { BenchSizes } from '../bench-sizes.js';
import { checkCount, untilMirrored } from '../check-mirror.js';
import {
  type ConnectCall,
  ConnectProcess,
  type ConnectSettings,
  FOR_LATENCY,
  FOR_THROUGHPUT,
  findConnect,
} from '../connect-process.js';
import { streamKeys } from '../fill-streams.js';
import { type Contestant, type Follower, followBy } from './contestant.js';

const limitContestant = programContestant(LIMIT, 'limit', () => Number.POSITIVE_INFINITY);

/** Moves only the first entries, because it is slow. */
const oldEngineContestant = programContestant(OLD_ENGINE, 'old-engine', (sizes) => sizes.oldEngineEntries);

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
const limitFollower = programFollower(LIMIT, 'follow-limit', false);

/** Polls every second. After a restart it continues at its saved positions. */
const oldEngineFollower = programFollower(OLD_ENGINE, 'old-engine', true);

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

/**
 * Redpanda Connect. It reads as soon as it is up, so the clock runs from its start until all is in MongoDB.
 */
function connectContestant(call: ConnectCall): Contestant {
  return {
    who: CONNECT,
    run: async (bench, target, load) => {
      const { streams } = load;
      const connect = await ConnectProcess.start(call, bench, target, {
        ...{ sourceUrl: bench.stagingUrl, streams, settings: FOR_THROUGHPUT },
      });
      const entries = streams * load.entries;
      try {
        const end = await bench.meter(connect.pids, target);
        await untilMirrored(bench, CONNECT, target, entries, () => connect.isOver);
        const usage = await end();
        await checkCount(target, entries);
        return { ...usage, entries };
      } finally {
        await connect[Symbol.asyncDispose]();
        // Redis keeps its consumer groups in the streams.
        const pipeline = bench.staging.pipeline();
        for (const key of streamKeys(load)) pipeline.xgroup('DESTROY', key, 'bench');
        await pipeline.exec();
      }
    },
  };
}

/** Redpanda Connect with a consumer group: after a restart it continues after the last acknowledged entry. */
function connectFollower(who: string, call: ConnectCall, settings: ConnectSettings): Follower {
  return {
    who,
    lookUp: 'content',
    takesBacklog: true,
    start: async (bench, target, streams) => {
      const what = { sourceUrl: bench.redisServer.url, streams, settings };
      return await followBy(() => ConnectProcess.start(call, bench, target, what));
    },
  };
}

/** The contestants of a run. */
export interface Chosen {
  /** Systems that move a backlog. */
  readonly contestants: readonly Contestant[];
  /** Systems that follow growing streams. */
  readonly followers: readonly Follower[];
  /** Remarks for the reader. */
  readonly notes: readonly string[];
}

/** The fleet, the programs that it is compared with, and the installed rivals. */
export async function chooseContestants(): Promise<Chosen> {
  const contestants = [fleetAlone, limitContestant, oldEngineContestant];
  const followers = [fleetFollower, limitFollower, oldEngineFollower];
  const connect = await findConnect();
  if (!connect)
    return {
      contestants,
      followers,
      notes: ['Redpanda Connect was not on the PATH (`redpanda-connect`, or `rpk`), and did not run.'],
    };
  const { call, version } = connect;
  return {
    contestants: [...contestants, connectContestant(call)],
    followers: [
      ...followers,
      connectFollower(CONNECT, call, FOR_THROUGHPUT),
      connectFollower(QUICK_CONNECT, call, FOR_LATENCY),
    ],
    notes: [
      `Redpanda Connect reports version ${version}; its settings: packages/proving-ground/rivals/redpanda-connect.yaml.`,
    ],
  };
}

/** The fleet with default options. */
export const fleetAlone = fleetContestant(FLEET);

const DOCUMENTS = JSON.stringify([{ pattern: '*', types: ['stream'], shape: 'document' }]);

/** Contestants of the part `sink`: the fleet on both paths and in both shapes, and the limit. */
export const sinkContestants: readonly Contestant[] = [
  fleetAlone,
  limitContestant,
  fleetContestant(ORDINARY_FLEET, { STREAM_PATH: 'ordinary' }),
  fleetContestant(DOCUMENT_FLEET, { RULES: DOCUMENTS }),
];

/**
 * The real fleet: a scheduler, the queue and one worker, all ready and idle. The clock runs from
 * the moment the streams appear until all entries are written and all positions saved. So it
 * includes discovery and scheduling.
 */
function fleetContestant(who: string, options: Readonly<Record<string, string>> = {}): Contestant {
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

/** A scheduler, the queue and one worker, with default options. */
const fleetFollower: Follower = {
  who: FLEET,
  lookUp: 'id',
  takesBacklog: true,
  start: (bench, target) => BenchFleet.start(bench, target),
};
