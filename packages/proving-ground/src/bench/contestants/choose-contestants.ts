import { FLEET } from '../bench-result.js';
import { findConnect } from './connect-contestant.js';
import type { Contestant } from './contestant.js';
import { fleetContestant } from './fleet-contestant.js';
import { otherPath } from './other-path.js';
import { limitContestant, oldEngineContestant } from './program-contestant.js';

/** The fleet, what it is measured by, and the rivals that are installed. */
export async function chooseContestants(): Promise<{ contestants: Contestant[]; notes: string[] }> {
  const connect = await findConnect();
  const contestants = [fleetContestant(FLEET), limitContestant, oldEngineContestant];
  if (connect) return { contestants: [...contestants, connect], notes: [] };
  return {
    contestants,
    notes: ['Redpanda Connect was not on the PATH (`redpanda-connect`, or `rpk`), and did not run.'],
  };
}

/** Who is measured against a sink that only acknowledges: the fleet by both paths, where it has two. */
export async function sinkContestants(): Promise<Contestant[]> {
  const other = await otherPath();
  return [
    fleetContestant(FLEET),
    limitContestant,
    ...(other ? [fleetContestant(`${FLEET}, ${other.path} path`, other.options)] : []),
  ];
}
