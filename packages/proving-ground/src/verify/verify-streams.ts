import { keyBytes, messageIdPrefix, placeOf } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import type { Findings } from './findings.js';
import type { KeyToVerify } from './key-to-verify.js';
import { LifeComparison } from './life-comparison.js';
import { isMessage, prefixOf, readMessages } from './message-document.js';
import { type EntrySource, entriesInHistory, entriesInRedis, united } from './source-entries.js';

export interface StreamsToVerify {
  readonly redis: Redis;
  readonly db: Db;
  readonly separator: string;
  readonly keys: readonly KeyToVerify[];
  readonly findingsOf: (key: string) => Findings;
  /** For what belongs to no key. */
  readonly strays: Findings;
}

/**
 * Compares all lives of all streams with their messages, read once in the order of `_id`. A document that is in no
 * life of any key, or under an id that no entry has, is one too many.
 */
export async function verifyStreams(options: StreamsToVerify): Promise<void> {
  const lives = livesOf(options);
  let current: LifeComparison | undefined;
  for await (const document of readMessages(options.db)) {
    const prefix = prefixOf(document);
    const life = prefix === undefined ? undefined : lives.get(prefix);
    if (!life || prefix === undefined || !isMessage(document, prefix)) {
      reportStray(options, document);
      continue;
    }
    // The documents of a life are neighbors; only a key whose name begins with another one's and an @ comes between.
    if (current !== life) await current?.suspend();
    current = life;
    await life.take(document);
  }
  for (const life of lives.values()) await life.finish();
}

/** All lives of all keys, by what the ids of their documents begin with. */
function livesOf({ redis, db, separator, keys, findingsOf }: StreamsToVerify): Map<string, LifeComparison> {
  const lives = new Map<string, LifeComparison>();
  for (const { key, inRedis, record, history } of keys) {
    const wasStream = inRedis === 'stream' || record?.keyType === 'stream' || history || record?.typeChanged;
    if (!wasStream) continue;
    const count = history?.length ?? record?.incarnation ?? 1;
    for (let incarnation = 1; incarnation <= count; incarnation++) {
      const isCurrent = inRedis === 'stream' && incarnation === count;
      const prefix = messageIdPrefix(key, incarnation);
      const life = new LifeComparison({
        db,
        prefix,
        place: placeOf(key, separator),
        entries: sourceOf(
          isCurrent ? (after) => entriesInRedis(redis, keyBytes(key), after) : undefined,
          history?.[incarnation - 1],
        ),
        complete: history !== undefined,
        findings: findingsOf(key),
      });
      lives.set(prefix, life);
    }
  }
  return lives;
}

/** Redis and the history, whichever knows: what Redis has lost since it was written is still looked for. */
function sourceOf(
  inRedis: EntrySource | undefined,
  history: Iterable<{ id: string; digest: number }> | undefined,
): EntrySource | undefined {
  if (!history) return inRedis;
  const remembered: EntrySource = (after) => entriesInHistory(history, after);
  return inRedis ? (after) => united(inRedis(after), remembered(after)) : remembered;
}

function reportStray(
  { keys, separator, findingsOf, strays }: StreamsToVerify,
  { _id, stream, type }: { _id: unknown; stream?: unknown; type?: unknown },
): void {
  const owner = keys.find(({ key }) => {
    const place = placeOf(key, separator);
    return place.stream === stream && place.type === type;
  });
  (owner ? findingsOf(owner.key) : strays).addDuplicated(`${String(_id)}: an id that no entry has`);
}
