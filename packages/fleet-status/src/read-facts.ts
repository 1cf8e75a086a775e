import type { JobQueue } from '@redis-to-mongo/job-queue';
import { probeWrites, readMirrorFacts, readTargetCounter } from '@redis-to-mongo/mongo-sink';
import { type connectRedis, lastTrouble, mastersOf, redisError } from '@redis-to-mongo/redis-connection';
import type { FleetFacts } from './fleet-facts.js';
import type { FleetIdentity } from './identity/fleet-identity.js';
import { readPausedUnread } from './paused-unread.js';
import { mapReading, readingOf } from './within-time.js';

/** The connections that the facts are read from. */
export interface FactSources {
  readonly queue: Pick<JobQueue, 'facts' | 'ping' | 'trouble'>;
  readonly db: Parameters<typeof probeWrites>[0];
  readonly source: ReturnType<typeof connectRedis>;
  readonly identity: Pick<FleetIdentity, 'compare'>;
}

/** Keys that are reported one by one, and paused streams that the source is asked about. */
const WORST = 10;
const PAUSED_ASKED = 500;

/**
 * Reads the facts at once, each within 6 s; one that needs others is read after them. Does not throw: a fact that can't be read
 * holds its error.
 */
export async function readFacts({ queue, db, source, identity }: FactSources): Promise<FleetFacts> {
  const ofQueue = async <T>(asked: Promise<T>) =>
    await asked.catch((error: unknown) => {
      throw redisError(error, 'queue');
    });
  const mirror = readingOf('MongoDB', readMirrorFacts(db, { worst: WORST, paused: PAUSED_ASKED }));
  const queued = readingOf('the queue’s Redis', ofQueue(queue.facts()), () => queue.trouble());
  const ofSource = async <T>(asked: Promise<T>) =>
    await readingOf('the source Redis', asked, () => {
      const trouble = lastTrouble(source);
      return trouble && redisError(trouble);
    });
  const counter = mapReading(
    Promise.all([mirror, queued]).then(([facts]) => facts),
    () => readingOf('MongoDB', readTargetCounter(db)),
  );
  const [
    queueFacts,
    queueWrites,
    mirrorFacts,
    targetCounter,
    mirrorWrites,
    answers,
    pausedUnread,
    comparison,
  ] = await Promise.all([
    queued,
    readingOf(
      'the queue’s Redis',
      queue.ping().then(() => true as const),
      () => queue.trouble(),
    ),
    mirror,
    counter,
    readingOf(
      'MongoDB',
      probeWrites(db).then(() => true as const),
    ),
    ofSource(pingAll(source)),
    mapReading(mirror, ({ paused }) => ofSource(readPausedUnread(source, paused))),
    readingOf('one of the three servers', identity.compare()),
  ]);
  return {
    at: Date.now(),
    queue: queueFacts,
    queueWrites,
    mirror: mirrorFacts,
    targetCounter,
    mirrorWrites,
    source: answers,
    pausedUnread,
    identity: comparison,
  };
}

/** Each master of a cluster, or the one server. */
async function pingAll(source: FactSources['source']): Promise<true> {
  try {
    await source.ping(); // of a cluster, this waits until its masters are known
    await Promise.all(mastersOf(source).map((master) => master.ping()));
    return true;
  } catch (error) {
    throw redisError(error);
  }
}
