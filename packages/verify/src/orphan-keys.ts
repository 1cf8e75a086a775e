import {
  collectionsUsed,
  type Orphan,
  orphans,
  orphansOf,
  type RuleCollection,
  readKey,
  rememberedCollections,
  unknownStream,
  unknownStreams,
} from '@redis-to-mongo/mongo-sink';
import type { ChosenKeys } from '@redis-to-mongo/operations';
import {
  type DocumentId,
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
  readonly #messages: readonly string[];
  readonly #keys = new Set<string>();
  /** The `_id`s of their values, where these are not the keys. */
  readonly #documentIds = new Map<string, DocumentId[]>();

  /** @param collections those of rules, besides those of the types. */
  private constructor(
    private readonly db: Database,
    private readonly collections: readonly RuleCollection[],
  ) {
    const ofStreams = this.collections.filter(({ types }) => types === undefined || types.includes('stream'));
    this.#messages = [
      ...new Set([messageCollectionOf({}), ...ofStreams.flatMap(({ collection }) => collection ?? [])]),
    ];
  }

  /**
   * @param rules can name collections besides those of the types. Those of rules that were removed are searched, too: the
   * target remembers all that the fleet has used.
   * @throws SyncError as mongoError.
   */
  static async in(db: Database, { rules }: RuleBook): Promise<OrphanKeys> {
    const used = new Set(collectionsUsed(rules).all);
    const former = ((await rememberedCollections(db)) ?? []).filter(({ name }) => !used.has(name));
    return new OrphanKeys(db, [
      ...rules.map(({ collection, types }) => ({ collection, types })),
      ...former.map(({ name }) => ({ collection: name, types: undefined })),
    ]);
  }

  /** The keys that `find` has found. */
  get keys(): ReadonlySet<string> {
    return this.#keys;
  }

  /** Scans all collections, or looks up the keys whose names are known. @throws SyncError as mongoError. */
  async find({ wanted, names }: ChosenKeys, types: readonly KeyType[]): Promise<void> {
    if (names) return await this.#findAmong(names.filter(wanted), types);
    for await (const orphan of orphans(this.db, this.collections, wanted)) this.#add(orphan, types);
    if (!types.includes('stream')) return;
    for await (const key of unknownStreams(this.db, this.#messages, wanted)) this.#keys.add(key);
  }

  async #findAmong(names: readonly string[], types: readonly KeyType[]): Promise<void> {
    for (const name of names) {
      for (const orphan of await orphansOf(this.db, this.collections, name)) this.#add(orphan, types);
      if (types.includes('stream') && (await unknownStream(this.db, this.#messages, name)))
        this.#keys.add(name);
    }
  }

  #add({ key, keyType, documentId }: Orphan, types: readonly KeyType[]): void {
    if (!types.includes(keyType)) return;
    this.#keys.add(key);
    if (documentId) this.#documentIds.set(key, [...(this.#documentIds.get(key) ?? []), documentId]);
  }

  async #valuesOf(key: string): Promise<readonly Orphan[]> {
    return await orphansOf(this.db, this.collections, key, this.#documentIds.get(key) ?? []);
  }

  /** The present problems of a found key, in words. @throws as find. */
  async problemsOf(key: string): Promise<readonly string[]> {
    if (!this.#keys.has(key)) return [];
    const values = await this.#valuesOf(key);
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
    for (const orphan of await this.#valuesOf(key)) await repairOrphan(this.db, line, orphan);
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
