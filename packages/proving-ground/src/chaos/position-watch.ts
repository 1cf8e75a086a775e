import { REVISION_LEAP } from '@redis-to-mongo/mongo-sink';
import { compareEntryIds, isEntryId } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { repeatEvery } from '../program/until-moved.js';
import type { Losses } from './losses.js';

type Seen = ReturnType<typeof toSeen>;

const EVERY_MS = 200;

/** Reads the documents in `keys` repeatedly. None may disappear, and none may go back. */
export class PositionWatch {
  readonly problems: string[] = [];
  /** Number of readings. */
  reads = 0;
  readonly #seen = new Map<string, Seen>();

  constructor(private readonly losses: Losses) {
    losses.onLoss(() => this.#seen.clear());
  }

  /** Reads until the signal aborts. Skips a reading while MongoDB is down. */
  async run(db: Db, signal: AbortSignal): Promise<void> {
    const keys = db.collection<{ _id: string } & Document>('keys');
    const fields = { revision: 1, incarnation: 1, 'position.entryId': 1 };
    await repeatEvery(EVERY_MS, signal, async () => {
      const counts = this.losses.reading();
      const found = await keys
        .find({}, { projection: fields, readConcern: { level: 'majority' }, timeoutMS: 5_000 })
        .toArray()
        .catch(() => undefined);
      if (found && counts()) this.take(found);
    });
  }

  /** Compares a reading of `keys` with earlier ones. */
  take(documents: readonly ({ _id: string } & Document)[]): void {
    this.reads += 1;
    const missing = new Set(this.#seen.keys());
    for (const document of documents) {
      const { _id: key } = document;
      missing.delete(key);
      const now = toSeen(document);
      const before = this.#seen.get(key);
      const problem = before && wentBack(before, now);
      if (problem) this.problems.push(`${key}: ${problem}`);
      this.#seen.set(key, now);
    }
    for (const key of missing) {
      this.problems.push(`${key}: its document in "keys" has vanished`);
      this.#seen.delete(key);
    }
  }
}

function toSeen({ revision, incarnation, position }: Document) {
  const entryId: unknown = position?.entryId;
  return {
    revision: Number(revision),
    incarnation: Number(incarnation),
    entryId: isEntryId(entryId) ? entryId : undefined,
  };
}

function wentBack(before: Seen, now: Seen): string | undefined {
  if (now.revision < before.revision) return `revision ${before.revision}, then ${now.revision}`;
  if (now.incarnation < before.incarnation)
    return `incarnation ${before.incarnation}, then ${now.incarnation}`;
  if (now.incarnation > before.incarnation || before.entryId === undefined) return undefined;
  if (now.revision >= before.revision + REVISION_LEAP) return undefined; // it is read from its start again
  if (now.entryId === undefined) return `position ${before.entryId}, then none`;
  return compareEntryIds(now.entryId, before.entryId) < 0
    ? `position ${before.entryId}, then ${now.entryId}`
    : undefined;
}
