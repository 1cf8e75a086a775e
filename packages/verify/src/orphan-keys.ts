import {
  type Orphan,
  orphans,
  orphansOf,
  type RuleCollection,
  readKey,
  unknownStream,
  unknownStreams,
} from '@redis-to-mongo/mongo-sink';
import type { ChosenKeys } from '@redis-to-mongo/operations';
import {
  firstState,
  inCollection,
  type KeyType,
  type Line,
  messageCollectionOf,
  placeOf,
  type RuleBook,
} from '@redis-to-mongo/pipeline';
import type { Database } from './sides.js';

/** Finds data without a key: active values and stream messages whose key is not in `keys`. */
export class OrphanKeys {
  readonly #values: readonly RuleCollection[];
  readonly #messages: readonly string[];
  readonly #keys = new Set<string>();

  /** @param rules can name collections besides those of the types. */
  constructor(
    private readonly db: Database,
    { rules }: RuleBook,
  ) {
    this.#values = rules.map(({ collection, types, shape }) => ({
      collection,
      types,
      isShaped: shape !== undefined,
    }));
    const ofStreams = this.#values.filter(({ types }) => types === undefined || types.includes('stream'));
    this.#messages = [
      ...new Set([messageCollectionOf({}), ...ofStreams.flatMap(({ collection }) => collection ?? [])]),
    ];
  }

  /** The keys that `find` has found. */
  get keys(): ReadonlySet<string> {
    return this.#keys;
  }

  /** Scans all collections, or looks up the keys whose names are known. @throws SyncError as mongoError. */
  async find({ wanted, names }: ChosenKeys, types: readonly KeyType[]): Promise<void> {
    if (names) return await this.#findAmong(names.filter(wanted), types);
    for await (const { key, keyType } of orphans(this.db, this.#values, wanted))
      if (types.includes(keyType)) this.#keys.add(key);
    if (!types.includes('stream')) return;
    for await (const key of unknownStreams(this.db, this.#messages, wanted)) this.#keys.add(key);
  }

  async #findAmong(names: readonly string[], types: readonly KeyType[]): Promise<void> {
    for (const name of names) {
      const values = await orphansOf(this.db, this.#values, name);
      const isOfStream = types.includes('stream') && (await unknownStream(this.db, this.#messages, name));
      if (isOfStream || values.some(({ keyType }) => types.includes(keyType))) this.#keys.add(name);
    }
  }

  /** The present problems of a found key, in words. @throws as find. */
  async problemsOf(key: string): Promise<readonly string[]> {
    if (!this.#keys.has(key)) return [];
    const values = await orphansOf(this.db, this.#values, key);
    const stream = await unknownStream(this.db, this.#messages, key);
    const messages = stream === undefined ? [] : [`messages in ${stream}, of a key that is not in keys`];
    return [...values.map(({ problem }) => problem), ...messages];
  }

  /**
   * Empties values that belong to no key. Messages stay: another application may own them.
   * @throws as the sink.
   */
  async repair(line: Line, key: string): Promise<void> {
    if (!this.#keys.has(key)) return;
    for (const orphan of await orphansOf(this.db, this.#values, key))
      await repairOrphan(this.db, line, orphan);
  }
}

/**
 * Makes a value that belongs to no key empty and inactive, like the value of a deleted key. A document that
 * is not the fleet's stays.
 */
async function repairOrphan(db: Database, line: Line, orphan: Orphan): Promise<void> {
  const { key, keyType, ruleCollection, revision, documentId } = orphan;
  if (revision === undefined) return;
  const known = await readKey(db, key);
  const first = firstState(key, placeOf(key, line.separator), keyType, line.now());
  const state = {
    ...inCollection(first, ruleCollection),
    ...(documentId ? { documentId } : {}),
    incarnation: known?.incarnation ?? first.incarnation,
    revision,
  };
  const writes = line.source.syncer(keyType)?.retire(state) ?? [];
  await line.sink.write(state, writes);
}
