import { Buckets, type RetryOptions, withRetry } from '@redis-to-mongo/pipeline';
import { Binary, type Db } from 'mongodb';
import { throwMongoError } from '../errors/mongo-error.js';

interface FingerprintDocument {
  readonly _id: string;
  readonly key: string;
  readonly generation: number;
  readonly base: number;
  readonly bits: number | null;
  readonly sums: Binary;
}

/**
 * Stores the fingerprints of a generation's elements in `value_fingerprints`: 8 bytes for about 128 elements.
 */
export class ValueFingerprints {
  constructor(
    private readonly db: Db,
    private readonly retry: RetryOptions,
  ) {}

  /** Loads the buckets of a generation. `undefined` if there are none: then all elements must be compared. */
  async load(key: string, generation: number): Promise<Buckets | undefined> {
    const found = await this.#run((fingerprints) => fingerprints.findOne({ _id: idOf(key, generation) }));
    return found ? Buckets.unpack({ ...found, sums: found.sums.value() }) : undefined;
  }

  /** Stores the buckets of a generation, or replaces them. @throws SyncError as mongoError. */
  async save(key: string, generation: number, buckets: Buckets): Promise<void> {
    const { base, bits, sums } = buckets.pack();
    await this.#run((fingerprints) =>
      fingerprints.replaceOne(
        { _id: idOf(key, generation) },
        { key, generation, base, bits, sums: new Binary(sums) },
        { upsert: true },
      ),
    );
  }

  /** Removes the buckets of earlier generations. */
  async removeOlder(key: string, generation: number): Promise<void> {
    await this.#run((fingerprints) => fingerprints.deleteMany({ key, generation: { $lt: generation } }));
  }

  async #run<T>(run: (fingerprints: ReturnType<typeof collectionOf>) => Promise<T>): Promise<T> {
    return await withRetry(() => run(collectionOf(this.db)).catch(throwMongoError), this.retry);
  }
}

function collectionOf(db: Db) {
  return db.collection<FingerprintDocument>('value_fingerprints');
}

function idOf(key: string, generation: number): string {
  return `${key}#${generation}`;
}
