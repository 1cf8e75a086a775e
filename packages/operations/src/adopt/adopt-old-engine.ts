import { type AdoptedKey, adoptKeys, oldCollections } from '@redis-to-mongo/mongo-sink';
import { forEachAtOnce, inParts, type Line } from '@redis-to-mongo/pipeline';
import { type FoundKey, type redisSource, typesOf } from '@redis-to-mongo/redis-source';
import type { Fleet } from '../key-actions.js';
import { adoptMessages, type MessageCount } from './adopt-messages.js';
import {
  type AdoptReport,
  addTo,
  countAdopted,
  emptyReport,
  leave,
  lineFor,
  pageOf,
} from './adopt-report.js';
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
 * adoption can be run again, any number of times, with the same result. No fleet may read at the same time.
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

/** Streams that are adopted together, and those that are read at the same time. */
const AT_ONCE = 500;
const READ_AT_ONCE = 16;

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
  const merged = streams.found - streams.strange - streams.byKey.size;
  tally.found = streams.strange + merged;
  leave(tally, 'it does not have the old engine’s format', streams.strange);
  leave(tally, OTHER_COLLECTION, merged);
  for (const some of inParts([...keys], AT_ONCE)) {
    const page = pageOf(some.length);
    const chosen = some.filter((key) => {
      const its = choice.of(key);
      if (typeof its === 'object') leave(page, its.left);
      return typeof its !== 'object';
    });
    const types = await typesOf(options.redis, chosen);
    const free: AdoptedKey[] = [];
    await forEachAtOnce(chosen.entries(), READ_AT_ONCE, async ([i, key]) => {
      const [old, count] = [streams.byKey.get(key), messages.get(key)];
      const stream = await adoptedStream(options, key, types[i], old, count);
      if (stream.adopted.upTo === null) report.withoutPosition++;
      if (stream.beginsBehind) report.beginBehind++;
      if (choice.of(key) === 'adopted') page.alreadyThere++;
      else free.push(stream);
    });
    if (options.sink) countAdopted(page, await adoptKeys(options.db, free));
    else page.taken += free.length;
    for (const { state } of free) choice.take(state.key);
    addTo(tally, page);
  }
}

/** What is adopted of a stream, and whether it now begins after the old engine's position. */
async function adoptedStream(
  { redis, line }: AdoptOptions,
  key: string,
  type: FoundKey['type'] | undefined,
  old: (OldStream & Pick<MessageCount, 'generation'>) | undefined,
  count: MessageCount | undefined,
): Promise<AdoptedKey & { readonly beginsBehind: boolean }> {
  const { upTo, ...known } = old ?? UNKNOWN;
  const now = upTo !== null && type === 'stream' ? await streamNow(redis, key, upTo) : undefined;
  const { messages, withoutId } = count ?? { messages: 0, withoutId: 0 };
  const state = adoptedState(line, key, 'stream', known, type !== undefined);
  const generation = old?.generation ?? count?.generation ?? 'weekly';
  return {
    state: withOldPosition(state, upTo, messages, now),
    adopted: { generation, at: line.now(), messages, withoutId, upTo },
    beginsBehind: now?.beginsBehind ?? false,
  };
}
