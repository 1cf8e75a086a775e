import { CONNECT, DOCUMENT_FLEET, FLEET, ORDINARY_FLEET, QUICK_CONNECT } from '../bench-result.js';
import { FOR_LATENCY, FOR_THROUGHPUT, findConnect } from '../connect-process.js';
import { connectContestant, connectFollower } from './connect-contestant.js';
import type { Contestant, Follower } from './contestant.js';
import { fleetContestant, fleetFollower } from './fleet-contestant.js';
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
