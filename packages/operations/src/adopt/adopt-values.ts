import type { Item } from '@redis-to-mongo/key-types';
import {
  type AdoptedKey,
  adoptKeys,
  noteAdoption,
  type OldCollection,
  oldDocuments,
} from '@redis-to-mongo/mongo-sink';
import {
  groupBy,
  inParts,
  isOvertaken,
  type KeyState,
  membersOf,
  type Outcome,
  type Sink,
  type Write,
} from '@redis-to-mongo/pipeline';
import { lastKnownValue, typesOf } from '@redis-to-mongo/redis-source';
import type { AdoptOptions } from './adopt-old-engine.js';
import {
  type AdoptCounts,
  type AdoptReport,
  addTo,
  countAdopted,
  leave,
  lineFor,
  pageOf,
} from './adopt-report.js';
import { adoptedState } from './adopted-state.js';
import { type KeyChoice, OTHER_COLLECTION } from './key-choice.js';
import { activityOf, dateOf, type OldStream } from './old-stream.js';
import type { OldSet, OldStreams } from './read-old-streams.js';

/** Old documents per page. Their values are written together. */
const AT_ONCE = 500;
const NO_MESSAGES = { messages: 0, withoutId: 0, upTo: null };
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
      const page = pageOf(documents.length);
      const found = documents.flatMap((document): OldValue[] => {
        const { key, values, value } = document;
        if (typeof key !== 'string' || key === '') return [];
        const times = { createdAt: dateOf(document.created_at), updatedAt: dateOf(document.updated_at) };
        const known = { ...activityOf(document), ...times };
        return [{ key, keyType: kind, value: values ?? value, generation, ...known }];
      });
      leave(page, NOT_OF_THE_FORM, documents.length - found.length);
      await adoptAll(options, found, choice, page);
      addTo(tally, page);
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
  const latest = new Map<string, OldSet>();
  for (const set of sets) {
    const key = keyOfSet(set, options.line.separator);
    const before = latest.get(key);
    if (!before || (set.at?.getTime() ?? 0) >= (before.at?.getTime() ?? 0)) latest.set(key, set);
  }
  tally.found = sets.length - latest.size;
  leave(tally, OTHER_COLLECTION, tally.found);
  const found = [...latest].map(([key, { values, at }]): OldValue => {
    const known = { activity: [], isActive: true, createdAt: at, updatedAt: at };
    return { key, keyType: 'set', value: values, generation: 'weekly', ...known };
  });
  for (const some of inParts(found, AT_ONCE)) {
    const page = pageOf(some.length);
    await adoptAll(options, some, choice, page);
    addTo(tally, page);
  }
}

/** Adopts values. Only one value of a key is taken: the others are left. */
async function adoptAll(
  options: AdoptOptions,
  values: readonly OldValue[],
  choice: KeyChoice,
  counts: AdoptCounts,
): Promise<void> {
  const keys = [...new Set(values.map(({ key }) => key))];
  await choice.load(keys);
  const types = options.sink ? await typesOf(options.redis, keys) : [];
  const inRedis = new Set(keys.filter((_, i) => types[i] !== undefined));
  const byKey = [...groupBy(values, ({ key }) => key).values()];
  for (let nth = 0; ; nth++) {
    const some = byKey.flatMap((its) => its[nth] ?? []);
    if (some.length === 0) return;
    await adoptTogether(options, some, inRedis, choice, counts);
  }
}

/** The key of a set. Its name is the whole key, or only the part after the separator. */
function keyOfSet({ stream, name }: OldSet, separator: string): string {
  return name.startsWith(`${stream}${separator}`) ? name : `${stream}${separator}${name}`;
}

/** Adopts values of different keys by shared commands: the values first, then the keys' documents. */
async function adoptTogether(
  { db, line, sink }: AdoptOptions,
  values: readonly OldValue[],
  inRedis: ReadonlySet<string>,
  choice: KeyChoice,
  counts: AdoptCounts,
): Promise<void> {
  const chosen = values.flatMap((value) => {
    const items = itemsToTake(value, choice, counts);
    return items ? [{ value, items }] : [];
  });
  if (!sink) {
    for (const { value } of chosen) choice.take(value.key);
    counts.taken += chosen.length;
    return;
  }
  const replacements = chosen.map(({ value: { key, keyType, generation, ...known }, items }) => {
    const state = { ...adoptedState(line, key, keyType, known, inRedis.has(key)), revision: 0 };
    return { state, write: lastKnownValue(keyType, state, items), generation };
  });
  const outcomes = await sink.many.replace(replacements);
  const written: AdoptedKey[] = [];
  for (const [i, { state, write, generation }] of replacements.entries()) {
    const key = { state, adopted: { generation, at: line.now(), ...NO_MESSAGES } };
    const outcome = outcomes[i] ?? (await writeAlone(sink, state, write));
    if (outcome === 'overtaken') {
      await noteAdoption(db, state.key, key.adopted);
      choice.take(state.key);
      counts.taken++;
    } else if (outcome.dead > 0) leave(counts, 'MongoDB refused the value');
    else written.push(key);
  }
  countAdopted(counts, await adoptKeys(db, written));
  for (const { state } of written) choice.take(state.key);
}

/**
 * Writes a value that could not be written with others.
 * @returns `overtaken` if MongoDB holds the value already, without the key: a run was interrupted between the
 * two. The sink has made the key's document then.
 */
async function writeAlone(sink: Sink, state: KeyState, write: Write): Promise<Outcome | 'overtaken'> {
  try {
    return await sink.write(state, [write]);
  } catch (error) {
    if (isOvertaken(error)) return 'overtaken';
    throw error;
  }
}

/** The items of a value that is to be taken. Any other value is counted. */
function itemsToTake(
  { key, keyType, value }: OldValue,
  choice: KeyChoice,
  counts: AdoptCounts,
): readonly Item[] | undefined {
  const chosen = choice.of(key);
  if (typeof chosen === 'object') leave(counts, chosen.left);
  else {
    const items = itemsOfOld(keyType, value);
    if (items === undefined) leave(counts, NOT_OF_THE_FORM);
    else if (chosen === 'free') return items;
    else counts.alreadyThere++;
  }
  return undefined;
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
