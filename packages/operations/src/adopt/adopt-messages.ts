import {
  type AdoptedMessage,
  countThere,
  insertAdopted,
  type OldCollection,
  objectIdOf,
  oldDocuments,
} from '@redis-to-mongo/mongo-sink';
import { messageCollectionOf, placeOf } from '@redis-to-mongo/pipeline';
import type { AdoptOptions } from './adopt-old-engine.js';
import { type AdoptCounts, type AdoptReport, addTo, leave, lineFor, pageOf } from './adopt-report.js';
import type { KeyChoice } from './key-choice.js';
import { adoptedMessage } from './old-message.js';
import type { OldStreams } from './read-old-streams.js';

/** Counts of a stream's old messages. */
export interface MessageCount {
  readonly generation: OldCollection['generation'];
  messages: number;
  withoutId: number;
}

const AT_ONCE = 1000;
const MAIN = 'main';

/**
 * Writes the old messages, in the order of their ids.
 * @returns the counts per key, including keys known only from messages, such as info streams of the first
 * generation.
 * @throws SyncError that does not concern a single message.
 */
export async function adoptMessages(
  options: AdoptOptions,
  collections: readonly OldCollection[],
  streams: OldStreams,
  choice: KeyChoice,
  report: AdoptReport,
): Promise<ReadonlyMap<string, MessageCount>> {
  const counts = new Map<string, MessageCount>();
  for (const { name, generation, kind } of collections) {
    if (kind !== 'messages') continue;
    const tally = lineFor(report, name);
    for await (const documents of oldDocuments(options.oldDb, name, AT_ONCE)) {
      const page = pageOf(documents.length);
      const keys = documents.map((document) => keyOf(document, streams, options.line.separator));
      await choice.load(keys.filter((key) => key !== undefined));
      const perCollection = new Map<string, AdoptedMessage[]>();
      for (const [i, document] of documents.entries()) {
        const key = keys[i];
        const message =
          key === undefined ? undefined : adoptedMessage(document, key, placeOf(key, options.line.separator));
        const why = reasonToLeave(key, message, choice);
        if (key === undefined || message === undefined || why !== undefined) {
          leave(page, why ?? '');
          continue;
        }
        const count = counts.get(key) ?? { generation, messages: 0, withoutId: 0 };
        counts.set(key, count);
        count.messages++;
        if (message.entryId === null) {
          count.withoutId++;
          report.withoutId++;
        }
        const target = messageCollectionOf({
          collection: options.line.rules?.collectionFor(key, 'stream') ?? null,
        });
        perCollection.set(target, [...(perCollection.get(target) ?? []), message]);
      }
      for (const [target, messages] of perCollection) await put(options, target, messages, page);
      addTo(tally, page);
      options.onProgress?.(documents.length);
    }
  }
  return counts;
}

async function put(
  { db, sink }: AdoptOptions,
  collection: string,
  messages: readonly AdoptedMessage[],
  counts: AdoptCounts,
): Promise<void> {
  if (!sink) {
    const ids = new Set(messages.map(({ _id }) => _id));
    const there = (await countThere(db, collection, [...ids])) + messages.length - ids.size;
    counts.alreadyThere += there;
    counts.taken += messages.length - there;
    return;
  }
  const { written, alreadyThere, refused } = await insertAdopted(db, collection, messages);
  counts.taken += written;
  counts.alreadyThere += alreadyThere;
  leave(counts, 'MongoDB refused the message', refused);
}

/** The key of a message. For an info stream, the old type is the rest of its name. */
function keyOf(
  { stream, type }: Readonly<Record<string, unknown>>,
  { keyOf: names }: OldStreams,
  separator: string,
): string | undefined {
  const name = names.get(objectIdOf(stream)?.hex ?? '');
  if (name === undefined || type === undefined || type === MAIN) return name;
  return `${name}${separator}${String(type)}`;
}

function reasonToLeave(
  key: string | undefined,
  message: AdoptedMessage | undefined,
  choice: KeyChoice,
): string | undefined {
  if (key === undefined) return 'its stream is not one of the old streams';
  if (message === undefined) return 'it does not have the old engine’s format';
  const chosen = choice.of(key);
  return typeof chosen === 'object' ? chosen.left : undefined;
}
