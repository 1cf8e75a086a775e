import { type OldCollection, oldDocuments } from '@redis-to-mongo/mongo-sink';
import { membersOf } from '@redis-to-mongo/pipeline';
import type { AdoptOptions } from './adopt-old-engine.js';
import { mergeOldStreams, type OldStream, parseOldStream } from './old-stream.js';

/** A metadata set in the document of a week. */
export interface OldSet {
  readonly stream: string;
  readonly name: string;
  readonly values: unknown;
  readonly at: Date | undefined;
}

/** All the old engine's data of its streams. It is held in memory: one document per stream and week. */
export type OldStreams = Awaited<ReturnType<typeof readOldStreams>>;

const AT_ONCE = 500;

/** Reads the old engine's streams. @throws SyncError as mongoError. */
export async function readOldStreams(
  { oldDb, onProgress }: Pick<AdoptOptions, 'oldDb' | 'onProgress'>,
  collections: readonly OldCollection[],
) {
  const byKey = new Map<string, OldStream & Pick<OldCollection, 'generation'>>();
  /** Maps a document's id, which messages contain, to its key. */
  const keyOf = new Map<string, string>();
  const sets: OldSet[] = [];
  /** Number of documents read, and of those with an unknown form. */
  let found = 0;
  let strange = 0;
  for (const { name, generation, kind } of collections) {
    if (kind !== 'streams') continue;
    for await (const documents of oldDocuments(oldDb, name, AT_ONCE)) {
      found += documents.length;
      for (const document of documents) {
        const stream = parseOldStream(document);
        if (stream === undefined) {
          strange++;
          continue;
        }
        const { id, ...known } = stream;
        keyOf.set(id, stream.key);
        const before = byKey.get(stream.key);
        byKey.set(stream.key, { ...(before ? mergeOldStreams(before, known) : known), generation });
        sets.push(...setsIn(document, stream));
      }
      onProgress?.(documents.length);
    }
  }
  return { byKey, keyOf, sets, found, strange };
}

function setsIn(document: Readonly<Record<string, unknown>>, { key, updatedAt }: OldStream): OldSet[] {
  return Object.entries(membersOf(document.metadata_sets)).map(([name, values]) => ({
    stream: key,
    name,
    values,
    at: updatedAt,
  }));
}
