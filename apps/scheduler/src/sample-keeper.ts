import { type FleetFacts, fleetSample, type Verdict } from '@redis-to-mongo/fleet-status';
import { writeHistory } from '@redis-to-mongo/mongo-sink';

const MINUTE_MS = 60_000;

/**
 * Makes what keeps one reading a minute for the history, with the keys that are furthest behind. Where MongoDB can't be
 * read nothing can be kept either.
 */
export function sampleKeeper(
  db: Parameters<typeof writeHistory>[0],
  keepMs: () => number,
): (facts: FleetFacts, verdict: Verdict) => Promise<void> {
  let lastMinute = 0;
  return async (facts, verdict) => {
    const minute = Math.floor(facts.at / MINUTE_MS);
    if (minute === lastMinute || !('is' in facts.mirror)) return;
    const worst = facts.mirror.is.lag.worst.map(({ key }) => key);
    await writeHistory(db, fleetSample(facts, verdict), worst, keepMs());
    lastMinute = minute;
  };
}
