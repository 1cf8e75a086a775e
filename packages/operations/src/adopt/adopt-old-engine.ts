import { adoptKey, oldCollections } from '@redis-to-mongo/mongo-sink';
import { forEachAtOnce, inParts, type Line } from '@redis-to-mongo/pipeline';
import { type FoundKey, type redisSource, typesOf } from '@redis-to-mongo/redis-source';
import type { Fleet } from '../key-actions.js';
import { adoptMessages, type MessageCount } from './adopt-messages.js';
import { type AdoptReport, emptyReport, leave, lineFor } from './adopt-report.js';
import { adoptValues, adoptWeeklySets } from './adopt-values.js';
import { adoptedState, withOldPosition } from './adopted-state.js';
import { KeyChoice, OTHER_COLLECTION } from './key-choice.js';
import type { OldStream } from './old-stream.js';
import { type OldStreams, readOldStreams } from './read-old-streams.js';
import { streamNow } from './stream-now.js';

export type Db = Fleet['db'];

/** The databases and the rules of an adoption, and whether it writes. */
export interface AdoptOptions {
  /** The fleet's database. */
  readonly db: Db;
  /** The database of the old engine. It is only read. */
  readonly oldDb: Db;
  readonly redis: Parameters<typeof redisSource>[0];
  readonly line: Pick<Line, 'separator' | 'rules' | 'now'>;
  readonly wanted: (key: string) => boolean;
  /** Writes the values. If undefined, nothing is written, and everything is counted as if it were. */
  readonly sink: Line['sink'] | undefined;
  /** Called with the number of old documents read. */
  readonly onProgress?: (documents: number) => void;
}

/**
 * Takes over the old engine's data in MongoDB: messages first, each key's document last. So an interrupted
 * adoption can be run again, any number of times, with the same result. No fleet may run at the same time.
 * @param report filled during the run, so that an interrupted run can show its progress.
 * @throws SyncError of class transient or configuration.
 */
export async function adoptOldEngine(
  options: AdoptOptions,
  report: AdoptReport = emptyReport(),
): Promise<AdoptReport> {
  const collections = await oldCollections(options.oldDb);
  const choice = new KeyChoice(options.db, options.wanted);
  const streams = await readOldStreams(options, collections);
  const messages = await adoptMessages(options, collections, streams, choice, report);
  await adoptStreams(options, streams, messages, choice, report);
  await adoptWeeklySets(options, streams, choice, report);
  await adoptValues(options, collections, choice, report);
  return report;
}

/** Streams adopted at the same time, and those whose types are read together. */
const AT_ONCE = 16;
const TYPES_AT_ONCE = 500;

/** The data of a stream that is known only from its messages. */
const UNKNOWN: Omit<OldStream, 'key'> = {
  upTo: null,
  activity: [],
  isActive: false,
  createdAt: undefined,
  updatedAt: undefined,
};

/** Adopts the old streams as keys of the fleet, each with the old engine's position. */
async function adoptStreams(
  options: AdoptOptions,
  streams: OldStreams,
  messages: ReadonlyMap<string, MessageCount>,
  choice: KeyChoice,
  report: AdoptReport,
): Promise<void> {
  const tally = lineFor(report, 'streams');
  const keys = new Set([...streams.byKey.keys(), ...messages.keys()]);
  await choice.load(keys);
  const byMessagesAlone = [...messages.keys()].filter((key) => !streams.byKey.has(key)).length;
  tally.found = streams.found + byMessagesAlone;
  leave(tally, 'it does not have the old engine’s format', streams.strange);
  leave(tally, OTHER_COLLECTION, streams.found - streams.strange - streams.byKey.size);
  for (const some of inParts([...keys], TYPES_AT_ONCE)) {
    const types = await typesOf(options.redis, some);
    await forEachAtOnce(some.entries(), AT_ONCE, async ([i, key]) => {
      const chosen = choice.of(key);
      if (typeof chosen === 'object') return leave(tally, chosen.left);
      const [old, count] = [streams.byKey.get(key), messages.get(key)];
      const isTaken = await adoptStream(options, key, types[i], old, count, report);
      if (chosen === 'free') choice.take(key);
      if (chosen === 'adopted' || !isTaken) tally.alreadyThere++;
      else tally.taken++;
    });
  }
}

async function adoptStream(
  { db, redis, line, sink }: AdoptOptions,
  key: string,
  type: FoundKey['type'] | undefined,
  old: (OldStream & Pick<MessageCount, 'generation'>) | undefined,
  count: MessageCount | undefined,
  report: AdoptReport,
): Promise<boolean> {
  const { upTo, ...known } = old ?? UNKNOWN;
  const now = upTo !== null && type === 'stream' ? await streamNow(redis, key, upTo) : undefined;
  if (upTo === null) report.withoutPosition++;
  if (now?.beginsBehind) report.beginBehind++;
  if (!sink) return true;
  const adopted = adoptedState(line, key, 'stream', known, type !== undefined);
  return await adoptKey(db, withOldPosition(adopted, upTo, count?.messages ?? 0, now), {
    generation: old?.generation ?? count?.generation ?? 'weekly',
    at: line.now(),
    messages: count?.messages ?? 0,
    withoutId: count?.withoutId ?? 0,
    upTo,
  });
}
