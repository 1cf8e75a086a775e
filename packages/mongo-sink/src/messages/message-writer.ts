import { GroupCommit, groupBy, type Messages, type Outcome, SyncError } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import type { NewDocumentSequence } from '../bson/ready-made-bson.js';
import { deleteByIds } from '../commands/by-ids.js';
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

/** An insert under way, and its outcome so far. */
interface Task extends Insert {
  written: number;
  alreadyThere: number;
  dead: number;
  /** Indexes of its messages that existed already. */
  readonly met: number[];
  /** The error of one of its dead letters. */
  failed: SyncError | undefined;
}

interface TaskRange extends MessageRange {
  readonly task: Task;
}

type Refuse = (range: TaskRange, i: number, code: number, reason: string, bytes: number) => void;

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
    const tasks = inserts.map((insert): Task => {
      const outcome = { written: insert.messages.count, alreadyThere: 0, dead: 0 };
      return { ...insert, ...outcome, met: [], failed: undefined };
    });
    const alike = groupBy(tasks, ({ collection, messages }) => `${messages.form} ${collection}`);
    for (const its of alike.values()) {
      const [{ collection }] = its;
      const refusals: Refusal[] = [];
      const refused: Task[] = [];
      const refuse: Refuse = ({ task, messages }, i, code, reason, bytes) => {
        const shape = messages.isShaped ? 'document' : undefined;
        refusals.push({ document: messageAt(messages, i), shape, collection, code, reason, bytes });
        refused.push(task);
        task.written--;
        task.dead++;
      };
      const ranges = its.flatMap((task) => {
        const { messages } = task;
        return this.#fitting({ task, messages, from: 0, to: messages.count }, refuse);
      });
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
          const { task } = range;
          if (error.isOwnId) {
            task.written--;
            task.alreadyThere++;
            task.met.push(i);
          } else refuse(range, i, error.code, error.message, exactSizeOf(range.messages, i));
        }
      }
      if (refusals.length > 0) {
        const results = await writeDeadLetters(this.db, refusals, new Date());
        for (const [i, task] of refused.entries()) task.failed = results[i] ?? task.failed;
        const kept = refusals.filter((_, i) => !results[i]);
        if (kept.length > 0) await this.options.onDeadLetters?.(kept);
      }
    }
    return await Promise.all(
      tasks.map(async (task) => {
        const { written, alreadyThere, dead } = task;
        return task.failed ?? { written, alreadyThere, dead, ...(await this.#others(task)) };
      }),
    );
  }

  /** Compares messages that existed already with the stored ones. */
  async #others({ collection, messages, met }: Task): Promise<Pick<Outcome, 'otherEntries'>> {
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
  #fitting(range: TaskRange, refuse: Refuse): TaskRange[] {
    const { messages, to } = range;
    const most = this.options.maxDocumentBytes;
    if (messages.bytes * 4 < most) return [range];
    const fitting: TaskRange[] = [];
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
  #cut(ranges: readonly TaskRange[]): TaskRange[][] {
    const isExact = ranges.every(({ messages }) => messages.form === 'bson') && this.options.newSequence;
    const most = this.options.maxDocumentBytes / (isExact ? 1 : 3);
    const parts: TaskRange[][] = [];
    let part: TaskRange[] = [];
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
function find(part: readonly TaskRange[], index: number): { range: TaskRange; i: number } {
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
