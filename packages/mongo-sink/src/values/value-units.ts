import {
  bucketOf,
  type DocumentShape,
  fineBucketOf,
  fineBuckets,
  type KeyState,
  messageIdPrefix,
  type Place,
  parseSlot,
  type RetryOptions,
  slotOf,
  type UnitLayout,
  withRetry,
} from '@redis-to-mongo/pipeline';
import type { Collection, Db, Document } from 'mongodb';
import type { WriteError } from '../commands/write-command.js';
import { insertRecords } from '../commands/write-records.js';
import { type ValueRefusal, writeValueLetters } from '../dead-letters/dead-letters.js';
import { mongoError } from '../errors/mongo-error.js';
import type { FingerprintTable, StoredUnit } from './fingerprint-table.js';
import { rangesOf } from './ranges-of.js';
import type { Generation } from './value-attempts.js';
import { isUnitOf, plainUnit, storedUnit, type UnitDocument } from './value-header.js';
import { pathsIn } from './value-place.js';

/** Ids that one command names. */
const IDS_AT_ONCE = 200;
/** Loads of ranges of buckets at once. */
const LOADS_AT_ONCE = 4;

/** What one attempt does to a value's unit documents. All of it may be repeated, and by any other attempt ignored. */
export class ValueUnits {
  readonly #db: Db;
  readonly #collection: Collection<UnitDocument>;
  readonly #name: string;
  readonly #prefix: string;
  readonly #layout: UnitLayout;
  readonly #own: Generation;
  readonly #retry: RetryOptions;
  readonly #history: boolean;
  readonly #place: Place;
  readonly #shape: DocumentShape | undefined;
  readonly #refused = new Set<string>();

  constructor(
    db: Db,
    collection: string,
    state: KeyState,
    layout: UnitLayout,
    own: Generation,
    retry: RetryOptions,
    history: boolean,
    shape: DocumentShape | undefined,
  ) {
    this.#db = db;
    this.#name = collection;
    this.#collection = db.collection<UnitDocument>(collection);
    this.#prefix = messageIdPrefix(state.key, state.incarnation);
    this.#layout = layout;
    this.#own = own;
    this.#retry = retry;
    this.#history = history;
    this.#place = state;
    this.#shape = shape;
  }

  /** The document of a unit that this attempt adds. */
  document(
    unit: { fingerprint: Uint8Array; index: number },
    fields: Readonly<Record<string, unknown>>,
  ): UnitDocument {
    const { header, generation, at } = this.#own;
    return {
      _id: this.#idOf({ ...unit, since: generation }),
      key: header.key,
      ...fields,
      bucket: fineBucketOf(this.#layout, unit),
      since: generation,
      until: null,
      ...(this.#history ? { joinedAt: at, leftAt: null } : {}),
    };
  }

  /** Units that MongoDB refused. */
  get refused(): number {
    return this.#refused.size;
  }

  /**
   * Inserts documents; those that are there already are this attempt's own, from a try that was not answered. What is refused
   * is kept as a dead letter.
   */
  async insert(documents: readonly UnitDocument[]): Promise<void> {
    await withRetry(async () => {
      const stored = documents.map((each) => storedUnit(each, this.#shape));
      const { errors } = await insertRecords(this.#db, this.#name, stored);
      const letters = errors.flatMap((error) => this.#letterOf(documents[error.index], error));
      if (letters.length > 0) await writeValueLetters(this.#db, letters, new Date());
    }, this.#retry);
  }

  #letterOf(document: UnitDocument | undefined, { isOwnId, code, message }: WriteError): ValueRefusal[] {
    if (isOwnId || !document) return [];
    // Without its generation: the same unit, refused again, is the same letter.
    const unit = document._id.slice(this.#prefix.length, document._id.lastIndexOf(':'));
    this.#refused.add(unit);
    return [
      {
        id: `${this.#prefix}unit:${unit}`,
        kind: 'unit',
        collection: this.#name,
        stream: this.#place.stream,
        type: this.#place.type,
        document,
        code,
        reason: message,
      },
    ];
  }

  /** Puts the value's units in the given buckets, numbered in `layout` and ascending, into the table. */
  async load(buckets: readonly number[], layout: UnitLayout, into: FingerprintTable): Promise<void> {
    const wanted = new Set(buckets);
    const ranges = rangesOf(buckets);
    const loadNext = async () => {
      for (let range = ranges.shift(); range; range = ranges.shift()) {
        const [$gte, $lte] = fineBuckets(layout, ...range);
        await this.#loadBy({ bucket: { $gte, $lte } }, into, (unit) => wanted.has(bucketOf(layout, unit)));
      }
    };
    await Promise.all(Array.from({ length: LOADS_AT_ONCE }, loadNext));
  }

  /** Puts all units of the value, of this incarnation, into the table. */
  async loadAll(into: FingerprintTable): Promise<void> {
    await this.#loadBy({}, into, () => true);
  }

  /** Puts what this attempt has added so far into the table. */
  async loadOwn(into: FingerprintTable): Promise<void> {
    const { header, generation } = this.#own;
    await this.#run(async (units) => {
      const cursor = units.find(this.#as({ key: header.key, until: null, since: generation }), {
        projection: { _id: 1 },
        batchSize: 5000,
      });
      for await (const { _id } of cursor) into.add(this.parseId(_id, generation), false);
    });
  }

  parseId(id: string, since: number): StoredUnit {
    const slot = id.slice(this.#prefix.length, id.lastIndexOf(':'));
    return { ...parseSlot(this.#layout, slot), since };
  }

  /** Ends the units: those that this attempt added itself go, the others get its generation as their end. */
  async end(units: Iterable<StoredUnit>): Promise<void> {
    let ids: string[] = [];
    const flush = async () => {
      if (ids.length > 0) await this.#endIds(ids);
      ids = [];
    };
    for (const unit of units) {
      ids.push(this.#idOf(unit));
      if (ids.length >= IDS_AT_ONCE) await flush();
    }
    await flush();
  }

  /** Ends all units of the value. */
  async endAll(): Promise<void> {
    await this.#inBatches({ key: this.#own.header.key, until: this.#notEnded }, (ids) => this.#endIds(ids));
  }

  /** Removes what generations before this attempt left, where none of it is part of the value. */
  async removeOlder(): Promise<void> {
    await this.#remove({ since: { $lt: this.#own.generation } });
  }

  /** Takes back what uncommitted generations did. */
  async heal(): Promise<void> {
    await this.#undo(this.#own.header.aborted);
  }

  /** Takes back what this attempt did, when it could not commit. Should it not come to that, nobody sees it all the same. */
  async takeBack(): Promise<void> {
    await this.#undo([this.#own.generation]);
  }

  /** The units that the generations added go, the ends they set are lifted. */
  async #undo(generations: readonly number[]): Promise<void> {
    const which = { $in: [...generations] };
    await this.#remove({ since: which });
    await this.#run((units) =>
      units.updateMany(this.#as({ key: this.#own.header.key, until: which }), {
        $set: this.#as({ until: null, ...(this.#history ? { leftAt: null } : {}) }),
      }),
    );
  }

  /**
   * Removes the units that had ended by the generation before this one. Those that this one ended stay until the
   * next, for readers that took the header just before it moved.
   */
  async removeEnded(): Promise<void> {
    const { generation, aborted } = this.#own.header;
    if (generation === 0) return;
    // Without a list that is mostly empty, every server answers this by its index.
    const others = aborted.length > 0 ? { $nin: [...aborted] } : {};
    await this.#remove({ until: { $gt: 0, $lte: generation, ...others } });
  }

  /** An end that an uncommitted generation set is none. */
  get #notEnded() {
    return { $in: [null, ...this.#own.header.aborted] };
  }

  async #endIds(ids: readonly string[]): Promise<void> {
    const { generation, at } = this.#own;
    const _id = { $in: [...ids] };
    const own = { _id, ...this.#as({ since: generation }) };
    const others = { _id, ...this.#as({ until: this.#notEnded, since: { $ne: generation } }) };
    const end = { $set: this.#as({ until: generation, ...(this.#history ? { leftAt: at } : {}) }) };
    await this.#run((units) => units.deleteMany(own));
    await this.#run((units) => units.updateMany(others, end));
  }

  /** Removes all units of the value, whosever they are. */
  async removeAll(): Promise<void> {
    await this.#remove({});
  }

  async #remove(filter: Document): Promise<void> {
    const which = { ...filter, key: this.#own.header.key };
    await this.#inBatches(which, async (ids) => {
      await this.#run((units) => units.deleteMany({ _id: { $in: [...ids] } }));
    });
  }

  /** Finds ids and does something that takes them out of the filter, until none is left. */
  async #inBatches(filter: Document, run: (ids: readonly string[]) => Promise<void>): Promise<void> {
    for (;;) {
      const found = await this.#run((units) =>
        units.find(this.#as(filter), { projection: { _id: 1 }, limit: IDS_AT_ONCE }).toArray(),
      );
      if (found.length === 0) return;
      await run(found.map(({ _id }) => _id));
    }
  }

  async #loadBy(
    filter: Document,
    into: FingerprintTable,
    isWanted: (unit: StoredUnit) => boolean,
  ): Promise<void> {
    const { header } = this.#own;
    await this.#run(async (units) => {
      const cursor = units.find(this.#as({ key: header.key, ...filter }), {
        projection: this.#as({ since: 1, until: 1 }),
        batchSize: 5000,
      });
      for await (const stored of cursor) {
        const document = plainUnit(stored);
        // Those of an earlier incarnation had all ended with it.
        if (!document._id.startsWith(this.#prefix) || !isUnitOf(header, document)) continue;
        const unit = this.parseId(document._id, document.since);
        if (isWanted(unit)) into.add(unit, false);
      }
    });
  }

  /** Fields as filters and updates of the units' shape name them. */
  #as(fields: Document): Document {
    return pathsIn(this.#shape !== undefined, fields);
  }

  async #run<T>(run: (units: Collection<UnitDocument>) => Promise<T>): Promise<T> {
    return await withRetry(
      () =>
        run(this.#collection).catch((error: unknown) => {
          throw mongoError(error);
        }),
      this.#retry,
    );
  }

  #idOf({ since, ...unit }: StoredUnit): string {
    return `${this.#prefix}${slotOf(this.#layout, unit)}:${since}`;
  }
}
