import { DOCUMENT_FLEET, FLEET, ORDINARY_FLEET } from '../bench-result.js';
import { findConnect } from './connect-contestant.js';
import type { Contestant } from './contestant.js';
import { fleetContestant } from './fleet-contestant.js';
import { limitContestant, oldEngineContestant } from './program-contestant.js';

/** The fleet, what it is measured by, and the rivals that are installed. */
export async function chooseContestants(): Promise<{ contestants: Contestant[]; notes: string[] }> {
  const connect = await findConnect();
  const contestants = [fleetAlone, limitContestant, oldEngineContestant];
  if (connect) return { contestants: [...contestants, connect], notes: [] };
  return {
    contestants,
    notes: ['Redpanda Connect was not on the PATH (`redpanda-connect`, or `rpk`), and did not run.'],
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
