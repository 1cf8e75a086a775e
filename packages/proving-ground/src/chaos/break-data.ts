import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { METADATA_TYPE } from '@redis-to-mongo/key-types';
import type { MongoServer } from '@redis-to-mongo/local-stack';
import { isInTime } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { ChaosEnvironment } from './chaos-environment.js';
import type { ChaosLoad } from './chaos-load.js';
import type { ChaosStreamWriter } from './chaos-stream-writer.js';
import type { NumberedFields } from './entry-content.js';
import { type Fault, instant, lasting, picked } from './fault.js';
import { untilSettled } from './settle.js';

export interface DataToBreak {
  readonly environment: ChaosEnvironment;
  readonly load: ChaosLoad;
  /** A direct connection to the source, not through the proxy. */
  readonly redis: Redis;
  readonly signal: AbortSignal;
  /** Runs work that removes data from MongoDB. The watches then forget what they saw before. */
  readonly loseTarget: (work: () => Promise<void>) => Promise<void>;
}

const BURST = 1_500;
const REFILL = 400;
const KEPT = 40;

/**
 * Time for the fleet to read everything before a flush, in ms: nobody could count
 * entries that were never read.
 */
const READ_MS = 10_000;
/** Time limit for dropDatabase, in ms: MongoDB's stand-in may never finish it while others write. */
const DROP_MS = 5_000;
const AGAIN_MS = 200;

/** Faults in streams and values, done by the one writer of each. */
export const DATA_FAULTS = {
  'source emptied': lasting(0, 3_000, async (data, { forMs }) => {
    const isEmptied = await data.load.flush(() => isAllRead(data), forMs);
    return isEmptied ? `FLUSHALL, and filled again after ${forMs} ms` : undefined;
  }),
  'source fails over': instant(async ({ load, environment }) => {
    const isSwapped = await load.whilePaused(() => environment.source.swap(true));
    return isSwapped ? 'primary and replica swapped roles' : undefined;
  }),
  'MongoDB dropped': instant(async ({ environment, loseTarget }) => {
    let isAnswered = true;
    await loseTarget(async () => {
      isAnswered = await isInTime(environment.db.dropDatabase(), DROP_MS);
      if (!isAnswered) await emptyFiles(environment.mongo.server, environment.mongoDir);
    });
    return isAnswered
      ? 'dropDatabase, while the fleet runs'
      : 'dropDatabase did not finish; MongoDB was restarted with empty files';
  }),
  'MongoDB set back': lasting(2_000, 8_000, async ({ environment, loseTarget, signal }, { forMs }) => {
    await setBack(environment.mongo.server, environment.mongoDir, { forMs, signal, lose: loseTarget });
    return `to its files of ${forMs} ms ago`;
  }),
  'burst of entries': instant(async ({ load }, step) => {
    const writer = picked(load.of('steady'), step);
    if (writer) await load.write(writer, BURST);
    return writer && `${BURST} entries for ${writer.written.key}`;
  }),
  'entry too large for a document': poisoned((load) => [load.plain(), load.tooLarge(), load.plain()]),
  'odd entries': poisoned((load) => Array.from({ length: 50 }, () => load.odd())),
  'stream trimmed behind the position': instant(async ({ load, environment }, step) => {
    const writer = picked(load.of('trimmed'), step);
    if (!writer) return undefined;
    const key = await environment.db
      .collection<{ _id: string; position?: { entryId?: unknown } }>('keys')
      .findOne({ _id: writer.written.key })
      .catch(() => null); // MongoDB is down: skip this fault
    const reached = key?.position?.entryId;
    if (typeof reached !== 'string' || !writer.written.held.some(({ id }) => id === reached))
      return undefined;
    await writer.inTurn(() => writer.trimBefore(reached));
    return `${writer.written.key}, to what MongoDB has`;
  }),
  'stream trimmed ahead of the position': refilled(async (writer) => {
    const first = writer.written.held.at(-KEPT)?.id;
    if (first !== undefined) await writer.trimBefore(first);
  }, `to its last ${KEPT} entries`),
  'unread entries deleted': refilled(async (writer) => {
    const newest = writer.written.held.slice(-REFILL);
    await writer.remove(newest.filter((_, i) => i % 3 === 0).map(({ id }) => id));
  }, `without every third of its newest ${REFILL}`),
  'stream deleted and made again': recreated((writer, load) =>
    writer.add(Array.from({ length: 30 }, () => load.plain())),
  ),
  'stream made again with the same ids': recreated(async (writer, load) => {
    const ids = writer.written.incarnations.at(-2)?.map(({ id }) => id) ?? [];
    const entries = ids.slice(0, 30).map(() => load.plain());
    await writer.add(entries, (n) => ids[n] ?? '*');
  }),
  'set deleted and made again': lasting(0, 3_000, async ({ load, signal }, step) => {
    const sets = load.values.filter(({ keyType }) => keyType === METADATA_TYPE.names.keyType);
    const writer = picked(sets, step);
    await writer?.inTurn(async () => {
      await writer.remove();
      await sleep(step.forMs, undefined, { signal });
      await writer.fill();
    });
    return writer?.key;
  }),
} satisfies Record<string, Fault<DataToBreak>>;

/** Waits until the fleet has read everything, while nothing is written. Returns false after READ_MS. */
async function isAllRead({ redis, environment, load, signal }: DataToBreak): Promise<boolean> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]);
  const read = async (): Promise<boolean> => {
    while (!within.aborted) {
      const isSettled = await untilSettled({ redis, db: environment.db, load, signal: within }).then(
        () => true,
        () => false, // a server is down
      );
      if (isSettled) return true;
      await sleep(AGAIN_MS);
    }
    return false;
  };
  return await Promise.race([read(), sleep(READ_MS, false, { signal })]);
}

/** Adds these entries to a stream. */
function poisoned(entries: (load: ChaosLoad) => NumberedFields[]): Fault<DataToBreak> {
  return instant(async ({ load }, choice) => {
    const writer = picked(load.of('poisoned'), choice);
    await writer?.inTurn(() => writer.add(entries(load)));
    return writer?.written.key;
  });
}

/** Drops entries of a stream that was written just before. @param how describes what is dropped. */
function refilled(drop: (writer: ChaosStreamWriter) => Promise<void>, how: string): Fault<DataToBreak> {
  return instant(async ({ load }, choice) => {
    const writer = picked(load.of('trimmed'), choice);
    await writer?.inTurn(async () => {
      await writer.add(Array.from({ length: REFILL }, () => load.plain()));
      await drop(writer);
    });
    return writer && `${writer.written.key}, ${how}`;
  });
}

/** @param begin writes the first entries of the stream's next incarnation. */
function recreated(begin: (writer: ChaosStreamWriter, load: ChaosLoad) => Promise<void>): Fault<DataToBreak> {
  return lasting(0, 3_000, async ({ load, signal }, choice) => {
    const writer = picked(load.of('recreated'), choice);
    await writer?.inTurn(async () => {
      await writer.removeStream();
      await sleep(choice.forMs + 2, undefined, { signal }); // new ids need a later millisecond
      await begin(writer, load);
    });
    return writer && `${writer.written.key}, absent for ${choice.forMs} ms`;
  });
}

interface SetBackOptions {
  /** Age of the copy when it is restored, in ms. */
  readonly forMs: number;
  readonly signal: AbortSignal;
  /** Runs work by which MongoDB loses everything written since the copy. */
  readonly lose: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Copies the files of a MongoDB, lets it run on, and restores the copy, as if a
 * snapshot of its disk was restored.
 * @param dir the server's directory; the copy is made next to it.
 */
async function setBack(
  server: MongoServer,
  dir: string,
  { forMs, signal, lose }: SetBackOptions,
): Promise<void> {
  const [data, copy] = [join(dir, 'data'), `${dir}-copy`];
  await server.kill(); // acknowledged writes are on the disk
  await cp(data, copy, { recursive: true });
  await server.restart();
  try {
    await sleep(forMs, undefined, { signal });
    await lose(async () => {
      await server.kill();
      await removeFiles(data);
      await cp(copy, data, { recursive: true });
    });
    await server.restart();
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** Restarts a MongoDB with empty files. */
async function emptyFiles(server: MongoServer, dir: string): Promise<void> {
  await server.kill();
  await removeFiles(join(dir, 'data'));
  await server.restart();
}

async function removeFiles(dir: string): Promise<void> {
  for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true });
}
