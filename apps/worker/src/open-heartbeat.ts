import { type AppContext, ProcessWatch } from '@redis-to-mongo/app-shell';
import { HeartbeatSender, type JobQueue } from '@redis-to-mongo/job-queue';
import { redisError } from '@redis-to-mongo/redis-connection';
import type { Readiness } from './readiness.js';
import type { Retries } from './retries.js';
import type { WorkMeter } from './work-meter.js';

/** Tells the fleet that this worker lives, how it fares and what it does, until the app is closed. */
export function openHeartbeat(
  { logger, closers }: Pick<AppContext, 'logger' | 'closers'>,
  queue: JobQueue,
  readiness: Readiness,
  work: WorkMeter,
  options: () => Readonly<Record<string, string>>,
  retries: Retries,
): void {
  const watch = new ProcessWatch();
  closers.add('process watch', () => watch.close());
  const heart = new HeartbeatSender(
    queue,
    () => {
      const { heartbeat } = readiness;
      return (
        heartbeat && {
          ...heartbeat,
          about: watch.read(),
          work: work.read(),
          options: options(),
          ...retries.heartbeat,
        }
      );
    },
    (error) => logger.debug('a heartbeat could not be sent', { error: redisError(error) }),
  );
  closers.add('heart', () => heart.close());
}
