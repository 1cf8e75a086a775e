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

/** Who is measured in one run. */
export interface Chosen {
  /** Those that move a backlog. */
  readonly contestants: readonly Contestant[];
  /** Those that follow streams that grow. */
  readonly followers: readonly Follower[];
  /** What the reader has to know. */
  readonly notes: readonly string[];
}

/** The fleet, what it is measured by, and the rivals that are installed. */
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

/** The fleet by itself. */
export const fleetAlone = fleetContestant(FLEET);

const DOCUMENTS = JSON.stringify([{ pattern: '*', types: ['stream'], shape: 'document' }]);

/** Who is measured against a sink that only acknowledges: the fleet by both paths and in both shapes, and the limit. */
export const sinkContestants: readonly Contestant[] = [
  fleetAlone,
  limitContestant,
  fleetContestant(ORDINARY_FLEET, { STREAM_PATH: 'ordinary' }),
  fleetContestant(DOCUMENT_FLEET, { RULES: DOCUMENTS }),
];

/**
 * The real fleet: a scheduler, the queue and one worker, all ready and at rest. The clock runs from the instant at which
 * the streams are there until all is written and all positions are saved: finding, planning and scheduling are part of it.
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

/** A scheduler, the queue and one worker, with the defaults of all options. */
const fleetFollower: Follower = {
  who: FLEET,
  lookUp: 'id',
  takesBacklog: true,
  start: (bench, target) => BenchFleet.start(bench, target),
};
