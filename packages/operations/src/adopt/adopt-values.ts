import type { Item } from '@redis-to-mongo/key-types';
import { adoptKey, type OldCollection, oldDocuments } from '@redis-to-mongo/mongo-sink';
import { forEachAtOnce, inParts, membersOf } from '@redis-to-mongo/pipeline';
import { lastKnownValue, typesOf } from '@redis-to-mongo/redis-source';
import type { AdoptOptions } from './adopt-old-engine.js';
import { type AdoptLine, type AdoptReport, leave, lineFor } from './adopt-report.js';
import { adoptedState } from './adopted-state.js';
import { type KeyChoice, OTHER_COLLECTION } from './key-choice.js';
import { activityOf, dateOf, type OldStream } from './old-stream.js';
import type { OldSet, OldStreams } from './read-old-streams.js';

/** Old documents per page, and values that are written at the same time. */
const AT_ONCE = 200;
const WRITTEN_AT_ONCE = 16;
const NOT_OF_THE_FORM = 'it does not have the old engine’s format';

interface OldValue extends Pick<OldStream, 'activity' | 'isActive' | 'createdAt' | 'updatedAt'> {
  readonly key: string;
  readonly keyType: OldValueKind;
  readonly value: unknown;
  readonly generation: OldCollection['generation'];
}

/** Adopts the last generation's values as they were last known. Each key's first job replaces its value. */
export async function adoptValues(
  options: AdoptOptions,
  collections: readonly OldCollection[],
  choice: KeyChoice,
  report: AdoptReport,
): Promise<void> {
  for (const { name, generation, kind } of collections) {
    if (kind === 'streams' || kind === 'messages') continue;
    const tally = lineFor(report, name);
    for await (const documents of oldDocuments(options.oldDb, name, AT_ONCE)) {
      tally.found += documents.length;
      const found = documents.flatMap((document): OldValue[] => {
        const { key, values, value } = document;
        if (typeof key !== 'string' || key === '') return [];
        const times = { createdAt: dateOf(document.created_at), updatedAt: dateOf(document.updated_at) };
        const known = { ...activityOf(document), ...times };
        return [{ key, keyType: kind, value: values ?? value, generation, ...known }];
      });
      leave(tally, NOT_OF_THE_FORM, documents.length - found.length);
      await adoptAll(options, found, choice, tally);
      options.onProgress?.(documents.length);
    }
  }
}

/** Adopts the metadata sets of the first generation. If a set is in several weeks, the latest counts. */
export async function adoptWeeklySets(
  options: AdoptOptions,
  { sets }: OldStreams,
  choice: KeyChoice,
  report: AdoptReport,
): Promise<void> {
  if (sets.length === 0) return;
  const tally = lineFor(report, 'metadata_sets');
  tally.found = sets.length;
  const latest = new Map<string, OldSet>();
  for (const set of sets) {
    const key = keyOfSet(set, options.line.separator);
    const before = latest.get(key);
    if (!before || (set.at?.getTime() ?? 0) >= (before.at?.getTime() ?? 0)) latest.set(key, set);
  }
  leave(tally, OTHER_COLLECTION, sets.length - latest.size);
  const found = [...latest].map(([key, { values, at }]): OldValue => {
    const known = { activity: [], isActive: true, createdAt: at, updatedAt: at };
    return { key, keyType: 'set', value: values, generation: 'weekly', ...known };
  });
  for (const some of inParts(found, AT_ONCE)) await adoptAll(options, some, choice, tally);
}

/** Adopts values at the same time, so that they share commands; those of one key one after the other. */
async function adoptAll(
  options: AdoptOptions,
  values: readonly OldValue[],
  choice: KeyChoice,
  tally: AdoptLine,
): Promise<void> {
  const keys = [...new Set(values.map(({ key }) => key))];
  await choice.load(keys);
  const types = options.sink ? await typesOf(options.redis, keys) : [];
  await forEachAtOnce(keys.entries(), WRITTEN_AT_ONCE, async ([i, key]) => {
    for (const value of values.filter((each) => each.key === key))
      await adoptValue(options, value, types[i] !== undefined, choice, tally);
  });
}

/** The key of a set. Its name is the whole key, or only the part after the separator. */
function keyOfSet({ stream, name }: OldSet, separator: string): string {
  return name.startsWith(`${stream}${separator}`) ? name : `${stream}${separator}${name}`;
}

async function adoptValue(
  { db, line, sink }: AdoptOptions,
  { key, keyType, value, generation, ...known }: OldValue,
  isInRedis: boolean,
  choice: KeyChoice,
  tally: AdoptLine,
): Promise<void> {
  const chosen = choice.of(key);
  if (typeof chosen === 'object') return leave(tally, chosen.left);
  const items = itemsOfOld(keyType, value);
  if (items === undefined) return leave(tally, NOT_OF_THE_FORM);
  if (chosen === 'adopted') {
    tally.alreadyThere++;
    return;
  }
  if (!sink) {
    choice.take(key);
    tally.taken++;
    return;
  }
  const state = adoptedState(line, key, keyType, known, isInRedis);
  const { dead } = await sink.write({ ...state, revision: 0 }, [lastKnownValue(keyType, state, items)]);
  if (dead > 0) return leave(tally, 'MongoDB refused the value');
  const noted = { generation, at: line.now(), messages: 0, withoutId: 0, upTo: null };
  choice.take(key);
  if (await adoptKey(db, state, noted)) tally.taken++;
  else tally.alreadyThere++;
}

/** The kinds of values that the old engine kept; the fleet uses the same names. */
type OldValueKind = Exclude<OldCollection['kind'], 'streams' | 'messages'>;

/** Converts an old value to items. @returns `undefined` if its form is unknown. */
function itemsOfOld(keyType: OldValueKind, value: unknown): readonly Item[] | undefined {
  if (keyType === 'string') return typeof value === 'string' ? [[Buffer.from(value)]] : undefined;
  if (keyType === 'json') return value === undefined ? undefined : [[Buffer.from(JSON.stringify(value))]];
  if (!Array.isArray(value)) return undefined;
  const items = value.map((each: unknown) => (keyType === 'zset' ? scored(each) : texts(each)));
  return items.every((item) => item !== undefined) ? items : undefined;
}

function texts(value: unknown): Item | undefined {
  return typeof value === 'string' ? [Buffer.from(value)] : undefined;
}

/** A member with its score. Some Redis clients call the member `value`, others `member`. */
function scored(each: unknown): Item | undefined {
  const { score: given, member: ofOthers, value: member = ofOthers } = membersOf(each);
  const score = String(given);
  const isScore = /^[+-]?inf(inity)?$/i.test(score) || (score !== '' && !Number.isNaN(Number(score)));
  if (typeof member !== 'string' || !isScore) return undefined;
  return [Buffer.from(member), Buffer.from(score.replace(/^\+/, '').replace(/infinity/i, 'inf'))];
}
