import type { JobQueue } from '@redis-to-mongo/job-queue';
import {
  type PausedKeys,
  type PausedStream,
  probeWrites,
  readMirrorFacts,
  readTargetCounter,
} from '@redis-to-mongo/mongo-sink';
import { asSyncError, compareEntryIds, inTime, SyncError } from '@redis-to-mongo/pipeline';
import {
  type connectRedis,
  lastTrouble,
  redisError,
  throwRedisError,
} from '@redis-to-mongo/redis-connection';
import { type StreamCounters, streamCounters } from '@redis-to-mongo/redis-source';
import { time } from '@redis-to-mongo/terminal';
import type { FleetFacts, PausedUnread, Reading } from './fleet-facts.js';
import type { FleetIdentity } from './identity/fleet-identity.js';
import { sourceAnswers } from './source-answers.js';

/** The connections to read the facts from. */
export interface FactSources {
  readonly queue: Pick<JobQueue, 'facts' | 'ping' | 'trouble'>;
  readonly db: Parameters<typeof probeWrites>[0];
  readonly source: ReturnType<typeof connectRedis>;
  readonly identity: Pick<FleetIdentity, 'compare'>;
}

/** Maximum number of keys reported one by one, and of paused streams looked up in the source. */
const WORST = 10;
const PAUSED_ASKED = 500;

/**
 * Reads the facts concurrently, each within 6 s; a fact that depends on others is read after them. Does not
 * throw: a fact that cannot be read holds its error.
 */
export async function readFacts(sources: FactSources): Promise<FleetFacts> {
  const { db } = sources;
  const ofQueue = async <T>(asked: Promise<T>) =>
    await readingOf('the queue’s Redis', asked, () => sources.queue.trouble());
  const ofSource = async <T>(asked: Promise<T>) =>
    await readingOf('the source Redis', asked, () => {
      const trouble = lastTrouble(sources.source);
      return trouble && redisError(trouble);
    });
  const queueRead = ofQueue(sources.queue.facts().catch(throwRedisError('queue')));
  const mirrorRead = readingOf('MongoDB', readMirrorFacts(db, { worst: WORST, paused: PAUSED_ASKED }));
  const counterRead = mapReading(
    Promise.all([mirrorRead, queueRead]).then(([facts]) => facts),
    () => readingOf('MongoDB', readTargetCounter(db)),
  );
  const [queue, queueWrites, mirror, targetCounter, mirrorWrites, source, pausedUnread, identity] =
    await Promise.all([
      queueRead,
      ofQueue(sources.queue.ping().then(() => true as const)),
      mirrorRead,
      counterRead,
      readingOf(
        'MongoDB',
        probeWrites(db).then(() => true as const),
      ),
      ofSource(sourceAnswers(sources.source)),
      mapReading(mirrorRead, ({ paused }) => ofSource(readPausedUnread(sources.source, paused))),
      readingOf('one of the three servers', sources.identity.compare()),
    ]);
  return {
    at: Date.now(),
    queue,
    queueWrites,
    mirror,
    targetCounter,
    mirrorWrites,
    source,
    pausedUnread,
    identity,
  };
}

/**
 * Time limit for each fact, in ms: a little more than MongoDB's driver takes to find a server, so that its
 * own error is reported.
 */
const WITHIN_MS = 6_000;

/**
 * Waits for a fact for at most WITHIN_MS.
 * @param server named if it does not answer in time.
 * @param why called in that case. The connection may know its trouble long before the waiting command fails.
 */
async function readingOf<Fact>(
  server: string,
  reading: Promise<Fact>,
  why: () => SyncError | undefined = () => undefined,
): Promise<Reading<Fact>> {
  const late = () =>
    why() ??
    new SyncError(
      'STATUS_TIMEOUT',
      'transient',
      `${server} did not answer within ${time(WITHIN_MS)}: check that it is running`,
    );
  try {
    return { is: await inTime(reading, WITHIN_MS, late) };
  } catch (error) {
    return { error: asSyncError(error) };
  }
}

/** Reads a fact that depends on another fact. If that one could not be read, its error is the result. */
async function mapReading<From, To>(
  from: Promise<Reading<From>>,
  read: (fact: From) => Promise<Reading<To>>,
): Promise<Reading<To>> {
  const fact = await from;
  return 'is' in fact ? await read(fact.is) : fact;
}

/**
 * Asks the source for unread entries of paused streams.
 * @throws SyncError as redisError.
 */
async function readPausedUnread(
  source: ReturnType<typeof connectRedis>,
  { keys, streams }: PausedKeys,
): Promise<PausedUnread> {
  const counters = await streamCounters(
    source,
    streams.map(({ key }) => key),
  );
  const unread = streams.flatMap((stream, i) => {
    const now = counters[i];
    return now ? [unreadOf(stream, now)] : [];
  });
  return {
    entries: unread.reduce((sum, entries) => sum + entries, 0),
    streams: unread.filter((entries) => entries > 0).length,
    unknown: keys - unread.length,
  };
}

/** The number of unread entries. Exact from Redis 7.0 on; before, it only shows whether there are any. */
export function unreadOf(
  { entryId, consumed }: Pick<PausedStream, 'entryId' | 'consumed'>,
  { length, lastId, added = consumed }: StreamCounters,
): number {
  if (lastId === undefined) return 0;
  if (added < consumed) return length; // the stream was created again
  const isBehind = entryId === null || compareEntryIds(lastId, entryId) > 0;
  return Math.max(Math.min(length, added - consumed), isBehind ? 1 : 0);
}
