import {
  bucketOf,
  type ElementLayout,
  fineBucketOf,
  fineBuckets,
  forEachAtOnce,
  type KeyState,
  type MembersWrite,
  messageIdPrefix,
  parseSlot,
  type RetryOptions,
  slotOf,
  withRetry,
} from '@redis-to-mongo/pipeline';
import type { Collection, Db, Document } from 'mongodb';
import { deleteByIds, inBatches, updateByIds } from '../commands/by-ids.js';
import { insertRecords } from '../commands/write-records.js';
import type { Stored } from '../database/stored.js';
import { throwMongoError } from '../errors/mongo-error.js';
import { elementLetter, keepElementLetters } from './element-letter.js';
import type { FingerprintTable, StoredElement } from './fingerprint-table.js';
import { lostAttempts } from './lost-attempts.js';
import { rangesOf } from './ranges-of.js';
import type { Generation } from './value-attempts.js';
import { type ElementDocument, isElementOf, plainElement, storedElement } from './value-manifest.js';
import { pathsIn } from './value-place.js';
import { workerStops } from './worker-stops.js';

/** Ids per command. */
const IDS_AT_ONCE = 200;
/** Ranges of buckets loaded at the same time. */
const LOADS_AT_ONCE = 4;

/** The part of a write that describes its elements. */
type Written = Pick<MembersWrite, 'memberCollection' | 'layout' | 'history' | 'shape'>;

/** The changes of one attempt to a value's element documents. They can be repeated, and other attempts ignore them. */
export class ValueElements {
  readonly #collection: Collection<Stored>;
  readonly #prefix: string;
  readonly #retry: RetryOptions;
  readonly #refused = new Set<string>();
  /**
   * Whether a command got no answer and was sent again. The first one can still arrive at any time. So
   * neither this attempt nor one that continues it may remove elements that it added.
   */
  wasUnanswered = false;
  /** Whether removing and ending elements stops when the process stops. */
  mayStop = true;

  constructor(
    private readonly db: Db,
    private readonly state: KeyState,
    private readonly write: Written,
    private readonly own: Generation,
    retry: RetryOptions,
  ) {
    this.#collection = db.collection<Stored>(write.memberCollection);
    this.#prefix = messageIdPrefix(state.key, state.incarnation);
    this.#retry = {
      ...retry,
      onRetry: (...tried) => {
        this.wasUnanswered = true;
        retry.onRetry?.(...tried);
      },
    };
  }

  /** The document of an element that this attempt adds. */
  document(
    element: { fingerprint: Uint8Array; index: number },
    fields: Readonly<Record<string, unknown>>,
  ): ElementDocument {
    const { manifest, generation, at } = this.own;
    return {
      _id: this.#idOf({ ...element, since: generation }),
      key: manifest.key,
      ...fields,
      bucket: fineBucketOf(this.write.layout, element),
      since: generation,
      until: null,
      ...(this.write.history ? { joinedAt: at, leftAt: null } : {}),
    };
  }

  /** @throws SyncError WORKER_STOPS if the process stops: the value is left to another worker. */
  stopIfAsked(): void {
    if (this.#retry.signal?.aborted) throw workerStops(this.state.key);
  }

  /** Number of elements that MongoDB refused. */
  get refused(): number {
    return this.#refused.size;
  }

  /**
   * Inserts documents. Existing ones are this attempt's own, from a try without an answer. Refused ones are
   * kept as dead letters.
   */
  async insert(documents: readonly ElementDocument[]): Promise<void> {
    await withRetry(async () => {
      const stored = documents.map((each) => storedElement(each, this.write.shape));
      const { errors } = await insertRecords(this.db, this.write.memberCollection, stored);
      const letters = errors.flatMap((error) => {
        const document = documents[error.index];
        return document && !error.isOwnId
          ? elementLetter(document, error, this.#prefix, this.write.memberCollection, this.state)
          : [];
      });
      for (const { element } of letters) this.#refused.add(element);
      await keepElementLetters(this.db, letters);
    }, this.#retry);
  }

  /** Loads the elements of these buckets into the table. @param buckets in `layout`, ascending. */
  async load(buckets: readonly number[], layout: ElementLayout, into: FingerprintTable): Promise<void> {
    const wanted = new Set(buckets);
    await forEachAtOnce(rangesOf(buckets), LOADS_AT_ONCE, async (range) => {
      const [$gte, $lte] = fineBuckets(layout, ...range);
      await this.#loadBy({ bucket: { $gte, $lte } }, into, (element) =>
        wanted.has(bucketOf(layout, element)),
      );
    });
  }

  /**
   * Loads all elements of this incarnation into the table. Ends duplicates: lost attempts below a later
   * commit leave them.
   */
  async loadAll(into: FingerprintTable): Promise<void> {
    const doubles: StoredElement[] = [];
    await this.#loadBy({}, into, (element) => {
      const since = into.sinceOf(element.fingerprint);
      // A repeated read returns the same document again, which is not a duplicate.
      if (since !== undefined && since !== element.since) doubles.push(element);
      return since === undefined;
    });
    await this.end(doubles);
  }

  /** Loads the elements that this generation and the sealed ones have added so far into the table. */
  async loadOwn(into: FingerprintTable): Promise<void> {
    const { manifest, generation, sealed } = this.own;
    const since = { $in: [...sealed, generation] };
    await this.#run(async (elements) => {
      const cursor = elements.find(this.#as({ key: manifest.key, until: this.#notEnded, since }), {
        projection: { _id: 1 },
        batchSize: 5000,
      });
      for await (const { _id } of cursor) into.add(this.parseId(_id), false);
    });
  }

  /** Parses an element's `_id`; see #idOf. */
  parseId(id: string): StoredElement {
    const end = id.lastIndexOf(':');
    const slot = id.slice(this.#prefix.length, end);
    return { ...parseSlot(this.write.layout, slot), since: Number(id.slice(end + 1)) };
  }

  /** Ends elements: removes those that this generation added, and sets it as the end of the others. */
  async end(elements: Iterable<StoredElement>): Promise<void> {
    let ids: string[] = [];
    const flush = async () => {
      if (ids.length > 0) await this.#endIds(ids);
      ids = [];
    };
    for (const element of elements) {
      ids.push(this.#idOf(element));
      if (ids.length >= IDS_AT_ONCE) await flush();
    }
    await flush();
  }

  /** Ends all elements of the value, except sealed ones. */
  async endAll(): Promise<void> {
    const key = this.own.manifest.key;
    const since = this.#notSealed;
    const which = { key, until: this.#notEnded, ...(since ? { since } : {}) };
    await this.#inBatches(which, (ids) => this.#endIds(ids));
  }

  /**
   * Removes the elements of earlier generations, except sealed ones. Call it only if none of them is part of
   * the value. Elements of later generations stay: this worker may have been paused.
   */
  async removeOlder(): Promise<void> {
    await this.#remove({ since: { $lt: this.own.generation, ...this.#notSealed } });
  }

  /** Undoes the changes of uncommitted generations. */
  async heal(): Promise<void> {
    await this.#undo(this.own.manifest.aborted);
  }

  /** Undoes the changes of attempts that are not in the manifest; see lostAttempts. */
  async healLost(): Promise<void> {
    const isShaped = this.write.shape !== undefined;
    const lost = await this.#run((elements) => lostAttempts(elements, this.own, isShaped));
    if (lost.length > 0) await this.#undo(lost);
  }

  /** Undoes the changes of this attempt, which could not commit. If this fails, readers ignore them. */
  async takeBack(): Promise<void> {
    await this.#undo([this.own.generation]);
  }

  /** Removes the elements that these generations added, and clears the ends that they set. */
  async #undo(generations: readonly number[]): Promise<void> {
    const which = { $in: [...generations] };
    await this.#remove({ since: which });
    await this.#run((elements) =>
      elements.updateMany(this.#as({ key: this.own.manifest.key, until: which }), {
        $set: this.#as({ until: null, ...(this.write.history ? { leftAt: null } : {}) }),
      }),
    );
  }

  /**
   * Removes the elements that ended up to the previously committed generation. Those that this one ended stay
   * until the next commit, for readers that loaded the manifest just before it moved.
   */
  async removeEnded(): Promise<void> {
    const { generation, aborted } = this.own.manifest;
    if (generation === 0) return;
    // The list is mostly empty. Without it, every server can use its index.
    const others = aborted.length > 0 ? { $nin: [...aborted] } : {};
    await this.#remove({ until: { $gt: 0, $lte: generation, ...others } });
  }

  /** Matches elements of other generations than sealed ones; `undefined` if none is sealed. */
  get #notSealed() {
    const { sealed } = this.own;
    return sealed.length > 0 ? { $nin: [...sealed] } : undefined;
  }

  /** Matches elements that have not ended. An end that an uncommitted generation set does not count. */
  get #notEnded() {
    return { $in: [null, ...this.own.manifest.aborted] };
  }

  async #endIds(ids: readonly string[]): Promise<void> {
    const { generation, at } = this.own;
    const isOwn = (id: string) => id.endsWith(`:${generation}`);
    const others = ids.filter((id) => !isOwn(id));
    const end = { $set: this.#as({ until: generation, ...(this.write.history ? { leftAt: at } : {}) }) };
    await this.#run((elements) => deleteByIds(elements, ids.filter(isOwn)));
    await this.#run((elements) => updateByIds(elements, others, this.#as({ until: this.#notEnded }), end));
  }

  async #remove(filter: Document): Promise<void> {
    const which = { ...filter, key: this.own.manifest.key };
    await this.#inBatches(which, (ids) => this.#run((elements) => deleteByIds(elements, ids)));
  }

  /** As inBatches. */
  async #inBatches(filter: Document, run: (ids: readonly string[]) => Promise<void>): Promise<void> {
    const unlessStopped = async (ids: readonly string[]) => {
      if (this.mayStop) this.stopIfAsked();
      await run(ids);
    };
    await this.#run((elements) => inBatches(elements, this.#as(filter), IDS_AT_ONCE, unlessStopped));
  }

  async #loadBy(
    filter: Document,
    into: FingerprintTable,
    isWanted: (element: StoredElement) => boolean,
  ): Promise<void> {
    const { manifest } = this.own;
    await this.#run(async (elements) => {
      const cursor = elements.find(this.#as({ key: manifest.key, ...filter }), {
        projection: this.#as({ since: 1, until: 1 }),
        batchSize: 5000,
      });
      for await (const stored of cursor) {
        const document = plainElement(stored);
        // All elements of an earlier incarnation ended with it.
        if (!document._id.startsWith(this.#prefix) || !isElementOf(manifest, document)) continue;
        const element = this.parseId(document._id);
        if (isWanted(element)) into.add(element, false);
      }
    });
  }

  /** Names the fields for filters and updates, by the elements' shape. */
  #as(fields: Document): Document {
    return pathsIn(this.write.shape !== undefined, fields);
  }

  async #run<T>(run: (elements: Collection<Stored>) => Promise<T>): Promise<T> {
    return await withRetry(() => run(this.#collection).catch(throwMongoError), this.#retry);
  }

  #idOf({ since, ...element }: StoredElement): string {
    return `${this.#prefix}${slotOf(this.write.layout, element)}:${since}`;
  }
}
