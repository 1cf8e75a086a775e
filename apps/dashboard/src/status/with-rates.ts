import type { FleetStatus } from '@redis-to-mongo/mongo-sink';
import type { BacklogStatus, Sums, TypeStatus } from './status-report.js';

/** A rate is reported only against a reading of at most this age, in ms. */
const RATE_WINDOW_MS = 600_000;

/** The sums, with what came in a second since the reading before. */
export function withRates(now: FleetStatus, before: Sums | undefined): Sums {
  const ms = before === undefined ? 0 : now.at.getTime() - before.at.getTime();
  const rate = (seen: number, earlier: number | undefined): number | null => {
    if (earlier === undefined || ms <= 0 || ms > RATE_WINDOW_MS) return null;
    return Math.max(0, ((seen - earlier) * 1000) / ms);
  };
  const types = now.types.map((type): TypeStatus => {
    const earlier = before?.types.find(({ keyType }) => keyType === type.keyType);
    return { ...type, perSecond: rate(type.seen, earlier?.seen) };
  });
  const backlogs = now.backlogs.map((backlog): BacklogStatus => {
    const earlier = before?.backlogs.find(({ key }) => key === backlog.key);
    const perSecond = rate(backlog.seen, earlier?.seen);
    return { ...backlog, perSecond, secondsLeft: perSecond ? Math.ceil(backlog.lag / perSecond) : null };
  });
  return { ...now, types, backlogs };
}
