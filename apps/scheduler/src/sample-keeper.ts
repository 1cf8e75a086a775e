import { type FleetFacts, fleetSample, type Verdict, worstSample } from '@redis-to-mongo/fleet-status';
import { writeHistory } from '@redis-to-mongo/mongo-sink';

const MINUTE_MS = 60_000;

/**
 * Creates a function that stores one sample per minute in the history: the worst of each number since the
 * sample before, with the keys that are furthest behind now. If MongoDB cannot be read, it stores nothing,
 * because it could not write either.
 */
export function sampleKeeper(
  db: Parameters<typeof writeHistory>[0],
  keepMs: () => number,
): (facts: FleetFacts, verdict: Verdict) => Promise<void> {
  let lastMinute = 0;
  let before: readonly ReturnType<typeof fleetSample>[] = [];
  return async (facts, verdict) => {
    const sample = worstSample([fleetSample(facts, verdict), ...before]);
    before = [sample];
    const minute = Math.floor(facts.at / MINUTE_MS);
    if (minute === lastMinute || !('is' in facts.mirror)) return;
    const worst = facts.mirror.is.lag.worst.map(({ key }) => key);
    await writeHistory(db, sample, worst, keepMs());
    before = [];
    lastMinute = minute;
  };
}
