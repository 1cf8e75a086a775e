import { setTimeout as sleep } from 'node:timers/promises';
import { METADATA_TYPE } from '@redis-to-mongo/key-types';
import { isInTime } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { ChaosEnvironment } from './chaos-environment.js';
import type { ChaosLoad } from './chaos-load.js';
import type { ChaosStreamWriter } from './chaos-stream-writer.js';
import { type FaultKind, type FaultStep, picked } from './fault.js';
import { emptyFiles, setBack } from './set-back.js';
import { untilSettled } from './settle.js';

export interface DataToBreak {
  readonly environment: ChaosEnvironment;
  readonly load: ChaosLoad;
  /** A connection to the source, past its way. */
  readonly redis: Redis;
  readonly signal: AbortSignal;
  /** Does what takes from MongoDB what it holds; what was seen there before says nothing anymore. */
  readonly loseTarget: (work: () => Promise<void>) => Promise<void>;
}

/** What a fault did, in words; `undefined` where there was nothing to do it to. */
export type FaultResult = string | undefined;

const BURST = 1_500;
const REFILL = 400;
const KEPT = 40;

/** The fleet is given this long, in ms, to read all there is before it goes: what nobody has read nobody could count. */
const READ_MS = 10_000;
/** The stand-in may never end it while others write; in ms. */
const DROP_MS = 5_000;
const AGAIN_MS = 200;

type Work = (data: DataToBreak, step: FaultStep) => Promise<FaultResult>;

/** What is done to streams and values, by their one writer. */
export const DATA_FAULTS: Partial<Record<FaultKind, Work>> = {
  'source emptied': async (data, { forMs }) => {
    const isEmptied = await data.load.flush(() => isAllRead(data), forMs);
    return isEmptied ? `FLUSHALL, and filled again after ${forMs} ms` : undefined;
  },
  'source fails over': async ({ load, environment }) => {
    const isSwapped = await load.whilePaused(() => environment.source.swap(true));
    return isSwapped ? 'primary and replica have changed their roles' : undefined;
  },
  'MongoDB dropped': async ({ environment, loseTarget }) => {
    let isAnswered = true;
    await loseTarget(async () => {
      isAnswered = await isInTime(environment.db.dropDatabase(), DROP_MS);
      if (!isAnswered) await emptyFiles(environment.mongo.server, environment.mongoDir);
    });
    return isAnswered
      ? 'dropDatabase, while the fleet runs'
      : 'dropDatabase did not end: it started again, without files';
  },
  'MongoDB set back': async ({ environment, loseTarget, signal }, { forMs }) => {
    await setBack(environment.mongo.server, environment.mongoDir, { forMs, signal, lose: loseTarget });
    return `to its files of ${forMs} ms ago`;
  },
  'burst of entries': async ({ load }, step) => {
    const writer = picked(load.of('steady'), step);
    if (writer) await load.write(writer, BURST);
    return writer && `${BURST} entries for ${writer.written.key}`;
  },
  'entry too large for a document': async ({ load }, step) => {
    const writer = picked(load.of('poisoned'), step);
    await writer?.inTurn(() => writer.add([load.plain(), load.tooLarge(), load.plain()]));
    return writer?.written.key;
  },
  'odd entries': async ({ load }, step) => {
    const writer = picked(load.of('poisoned'), step);
    await writer?.inTurn(() => writer.add(Array.from({ length: 50 }, () => load.odd())));
    return writer?.written.key;
  },
  'stream trimmed behind the position': async ({ load, environment }, step) => {
    const writer = picked(load.of('trimmed'), step);
    if (!writer) return undefined;
    const key = await environment.db
      .collection<{ _id: string; position?: { entryId?: unknown } }>('keys')
      .findOne({ _id: writer.written.key })
      .catch(() => null); // MongoDB is down: another time
    const reached = key?.position?.entryId;
    if (typeof reached !== 'string' || !writer.written.held.some(({ id }) => id === reached))
      return undefined;
    await writer.inTurn(() => writer.trimBefore(reached));
    return `${writer.written.key}, to what MongoDB has`;
  },
  'stream trimmed ahead of the position': async ({ load }, step) => {
    const writer = picked(load.of('trimmed'), step);
    await writer?.inTurn(async () => {
      await writer.add(Array.from({ length: REFILL }, () => load.plain()));
      const first = writer.written.held.at(-KEPT)?.id;
      if (first !== undefined) await writer.trimBefore(first);
    });
    return writer && `${writer.written.key}, to its last ${KEPT} entries`;
  },
  'unread entries deleted': async ({ load }, step) => {
    const writer = picked(load.of('trimmed'), step);
    await writer?.inTurn(async () => {
      await writer.add(Array.from({ length: REFILL }, () => load.plain()));
      const newest = writer.written.held.slice(-REFILL);
      await writer.remove(newest.filter((_, i) => i % 3 === 0).map(({ id }) => id));
    });
    return writer && `every third of the newest ${REFILL} of ${writer.written.key}`;
  },
  'stream deleted and made again': async (data, step) =>
    await recreate(data, step, async (writer) => {
      await writer.add(Array.from({ length: 30 }, () => data.load.plain()));
    }),
  'stream made again with the same ids': async (data, step) =>
    await recreate(data, step, async (writer) => {
      const ids = writer.written.incarnations.at(-2)?.map(({ id }) => id) ?? [];
      const count = Math.min(30, ids.length);
      await writer.add(
        Array.from({ length: count }, () => data.load.plain()),
        (n) => ids[n] ?? '*',
      );
    }),
  'set deleted and made again': async ({ load, signal }, step) => {
    const sets = load.values.filter(({ keyType }) => keyType === METADATA_TYPE.names.keyType);
    const writer = picked(sets, step);
    await writer?.inTurn(async () => {
      await writer.remove();
      await sleep(step.forMs, undefined, { signal });
      await writer.fill();
    });
    return writer?.key;
  },
};

/** Waits until the fleet has read all that was written, while nothing is written; false where that takes too long. */
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

async function recreate(
  { load, signal }: DataToBreak,
  step: FaultStep,
  begin: (writer: ChaosStreamWriter) => Promise<void>,
): Promise<FaultResult> {
  const writer = picked(load.of('recreated'), step);
  await writer?.inTurn(async () => {
    await writer.removeStream();
    await sleep(step.forMs + 2, undefined, { signal }); // not within the millisecond of the last id
    await begin(writer);
  });
  return writer && `${writer.written.key}, away for ${step.forMs} ms`;
}
