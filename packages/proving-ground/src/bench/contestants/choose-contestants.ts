import { BenchFleet } from '../bench-fleet.js';
import { CONNECT, DOCUMENT_FLEET, FLEET, ORDINARY_FLEET, QUICK_CONNECT } from '../bench-result.js';
import { checkCount } from '../check-mirror.js';
import { FOR_LATENCY, FOR_THROUGHPUT, findConnect } from '../connect-process.js';
import { connectContestant, connectFollower } from './connect-contestant.js';
import type { Contestant, Follower } from './contestant.js';
import {
  limitContestant,
  limitFollower,
  oldEngineContestant,
  oldEngineFollower,
} from './program-contestant.js';

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
