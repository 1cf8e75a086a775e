import { GroupCommit, type Messages, type Outcome, SyncError } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import type { NewDocumentSequence } from '../bson/ready-made-bson.js';
import { deleteByIds } from '../commands/by-ids.js';
import { groupIndexes } from '../commands/group-indexes.js';
import { writeRecords } from '../commands/write-records.js';
import { connected } from '../connection/ensure-connected.js';
import type { Stored } from '../database/stored.js';
import { type Refusal, writeDeadLetters } from '../dead-letters/dead-letters.js';
import { exactSizeOf, insertCommand, type MessageRange, messageAt, sizeOf } from './message-forms.js';
import { hasOtherEntries, spread } from './other-entries.js';

export interface MessageWriterOptions {
  /** Maximum number of documents per bulk. (It does not cut a single job's batch.) */
  readonly batchEntries: number;
  /** Approximate maximum size of a bulk in bytes, below the 48 MB that one message may take. */
  readonly batchBytes: number;
  /** The largest document the server takes, in bytes. */
  readonly maxDocumentBytes: number;
  /** Sends messages that are BSON already; without it, they are decoded to documents. */
  readonly newSequence?: NewDocumentSequence | undefined;
  /** Called with the dead letters that were written. */
  readonly onDeadLetters?: (refusals: readonly Refusal[]) => Promise<void> | void;
}

/** Maximum number of documents per command. The server's own limit is 100,000. */
const MOST_DOCUMENTS = 50_000;

interface Insert {
  readonly collection: string;
  readonly messages: Messages;
}

/**
 * Inserts documents with ids of their own, in unordered bulks shared by concurrent jobs, and gives a verdict
 * per record: written, already there (duplicate key on `_id`), or dead (refused, and kept whole in
 * `dead_letters`). An error that is not about a single record is thrown, so that the caller can retry.
 */
export class MessageWriter {
  readonly #groups: GroupCommit<Insert, Outcome | SyncError>;

  constructor(
    private readonly db: Db,
    private readonly options: MessageWriterOptions,
  ) {
    this.#groups = new GroupCommit((inserts) => this.#commit(inserts), {
      weight: 1,
      weigh: ({ messages: { count, bytes } }) =>
        Math.max(count / options.batchEntries, bytes / options.batchBytes),
      concurrency: 2,
    });
  }

  /**
   * @throws SyncError if the whole bulk failed, or a dead letter of this insert was refused. Some records may
   * have been written.
   */
  async insert(insert: Insert): Promise<Outcome> {
    const outcome = await this.#groups.submit(insert);
    if (outcome instanceof SyncError) throw outcome;
    return outcome;
  }

  /**
   * @returns the outcome of each insert, or the error of its dead letter, which does not affect the other
   * inserts.
   */
  async #commit(inserts: readonly Insert[]): Promise<(Outcome | SyncError)[]> {
    const failed = new Map<number, SyncError>();
    const outcomes = inserts.map(({ messages }) => ({ written: messages.count, alreadyThere: 0, dead: 0 }));
    const met = inserts.map((): number[] => []);
    const alike = groupIndexes(inserts, ({ collection, messages }) => `${messages.form} ${collection}`);
    for (const indexes of alike.values()) {
      const collection = inserts[indexes[0] ?? -1]?.collection ?? '';
      const refusals: Refusal[] = [];
      const owners: number[] = [];
      const refuse = (range: MessageRange, i: number, code: number, reason: string, bytes: number) => {
        const { messages } = range;
        const shape = messages.isShaped ? 'document' : undefined;
        refusals.push({ document: messageAt(messages, i), shape, collection, code, reason, bytes });
        owners.push(range.owner);
        const outcome = outcomes[range.owner];
        if (!outcome) return;
        outcome.written--;
        outcome.dead++;
      };
      const ranges: MessageRange[] = [];
      for (const owner of indexes) {
        const messages = inserts[owner]?.messages;
        if (messages) ranges.push(...this.#fitting({ owner, messages, from: 0, to: messages.count }, refuse));
      }
      for (const part of this.#cut(ranges)) {
        const { errors } = await writeRecords(this.db, {
          count: part.reduce((sum, { from, to }) => sum + to - from, 0),
          command: (indexes) =>
            insertCommand(
              collection,
              indexes ? indexes.map((index) => alone(find(part, index))) : part,
              this.options.newSequence,
            ),
        });
        for (const error of errors) {
          const { range, i } = find(part, error.index);
          const outcome = outcomes[range.owner];
          if (error.isOwnId && outcome) {
            outcome.written--;
            outcome.alreadyThere++;
            met[range.owner]?.push(i);
          } else refuse(range, i, error.code, error.message, exactSizeOf(range.messages, i));
        }
      }
      if (refusals.length > 0) {
        const results = await writeDeadLetters(this.db, refusals, new Date());
        for (const [i, refused] of results.entries()) if (refused) failed.set(owners[i] ?? -1, refused);
        const kept = refusals.filter((_, i) => !results[i]);
        if (kept.length > 0) await this.options.onDeadLetters?.(kept);
      }
    }
    const others = await Promise.all(inserts.map((insert, owner) => this.#others(insert, met[owner] ?? [])));
    return outcomes.map((outcome, owner) => failed.get(owner) ?? { ...outcome, ...others[owner] });
  }

  /** Compares messages that existed already with the stored ones. @param met indexes of these messages. */
  async #others(insert: Insert, met: readonly number[]): Promise<Pick<Outcome, 'otherEntries'>> {
    const { collection, messages } = insert;
    if (met.length === 0) return {};
    const some = spread(met).map((i) => messageAt(messages, i));
    if (!(await hasOtherEntries(this.db, collection, some))) return {};
    // Keep only the ids: the messages are released once this method has returned.
    const wasMet = new Set(met);
    const mine = [...Array(messages.count).keys()].filter((i) => !wasMet.has(i));
    const ids = mine.map((i) => messageAt(messages, i)._id);
    const withdraw = () => connected(this.db, () => deleteByIds(this.db.collection<Stored>(collection), ids));
    return { otherEntries: { withdraw } };
  }

  /** The range without the messages that are too large for the server. */
  #fitting(
    range: MessageRange,
    refuse: (range: MessageRange, i: number, code: number, reason: string, bytes: number) => void,
  ): MessageRange[] {
    const { messages, to } = range;
    const most = this.options.maxDocumentBytes;
    if (messages.bytes * 4 < most) return [range];
    const fitting: MessageRange[] = [];
    let { from } = range;
    for (let i = from; i < to; i++) {
      if (sizeOf(messages, i) * 4 < most) continue;
      const bytes = exactSizeOf(messages, i);
      if (bytes <= most) continue;
      refuse(range, i, 10334, `the document would take ${bytes} bytes, the server's limit is ${most}`, bytes);
      if (i > from) fitting.push({ ...range, from, to: i });
      from = i + 1;
    }
    if (to > from) fitting.push({ ...range, from, to });
    return fitting;
  }

  /**
   * Cuts ranges into commands that each fit into one message of the protocol. A message takes 48 MB and
   * 100,000 documents, and the driver encodes documents in a buffer of 17 MiB. Sizes of documents are
   * estimates: their BSON can take three times as much.
   */
  #cut(ranges: readonly MessageRange[]): MessageRange[][] {
    const isExact = ranges.every(({ messages }) => messages.form === 'bson') && this.options.newSequence;
    const most = this.options.maxDocumentBytes / (isExact ? 1 : 3);
    const parts: MessageRange[][] = [];
    let part: MessageRange[] = [];
    let count = 0;
    let bytes = 0;
    for (const range of ranges) {
      const { messages, to } = range;
      const size = messages.bytes;
      if (bytes + size <= most && count + to - range.from <= MOST_DOCUMENTS) {
        part.push(range);
        count += to - range.from;
        bytes += size;
        continue;
      }
      let { from } = range;
      for (let i = from; i < to; i++) {
        const next = sizeOf(messages, i);
        if (count > 0 && (bytes + next > most || count >= MOST_DOCUMENTS)) {
          if (i > from) part.push({ ...range, from, to: i });
          parts.push(part);
          part = [];
          from = i;
          count = 0;
          bytes = 0;
        }
        count++;
        bytes += next;
      }
      if (to > from) part.push({ ...range, from, to });
    }
    if (part.length > 0) parts.push(part);
    return parts;
  }
}

/** Finds a message by its index in the whole command. */
function find(part: readonly MessageRange[], index: number): { range: MessageRange; i: number } {
  let left = index;
  for (const range of part) {
    const length = range.to - range.from;
    if (left < length) return { range, i: range.from + left };
    left -= length;
  }
  throw new RangeError(`a command has no record ${index}`);
}

function alone({ range, i }: { range: MessageRange; i: number }): MessageRange {
  return { ...range, from: i, to: i + 1 };
}
