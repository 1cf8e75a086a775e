import { adoptKey } from '@redis-to-mongo/mongo-sink';
import { forEachAtOnce } from '@redis-to-mongo/pipeline';
import { typesOf } from '@redis-to-mongo/redis-source';
import type { MessageCount } from './adopt-messages.js';
import type { AdoptOptions } from './adopt-old-engine.js';
import { type AdoptReport, leave, lineFor } from './adopt-report.js';
import { adoptedState, withOldPosition } from './adopted-state.js';
import type { KeyChoice } from './key-choice.js';
import type { OldStream } from './old-stream.js';
import type { OldStreams } from './read-old-streams.js';
import { streamNow } from './stream-now.js';

const AT_ONCE = 16;

/** The data of a stream that is known only from its messages. */
const UNKNOWN: Omit<OldStream, 'key'> = {
  upTo: null,
  activity: [],
  isActive: false,
  createdAt: undefined,
  updatedAt: undefined,
};

/** Adopts the old streams as keys of the fleet, each with the old engine's position. */
export async function adoptStreams(
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
  leave(tally, 'the same key in another collection', streams.found - streams.strange - streams.byKey.size);
  await forEachAtOnce(keys, AT_ONCE, async (key) => {
    const chosen = choice.of(key);
    if (typeof chosen === 'object') return leave(tally, chosen.left);
    const isTaken = await adoptStream(options, key, streams.byKey.get(key), messages.get(key), report);
    if (chosen === 'adopted' || !isTaken) tally.alreadyThere++;
    else tally.taken++;
  });
}

async function adoptStream(
  { db, redis, line, sink }: AdoptOptions,
  key: string,
  old: (OldStream & Pick<MessageCount, 'generation'>) | undefined,
  count: MessageCount | undefined,
  report: AdoptReport,
): Promise<boolean> {
  const { upTo, ...known } = old ?? UNKNOWN;
  const [type] = await typesOf(redis, [key]);
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
