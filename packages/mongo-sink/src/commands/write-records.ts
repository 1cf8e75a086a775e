import type { Db, Document } from 'mongodb';
import { isContentCode } from '../errors/mongo-error.js';
import { verdictOn } from '../errors/record-verdict.js';
import type { RecordLists } from './record-lists.js';
import { type CommandRefusal, tryCommand, type WriteError, type WriteReply } from './write-command.js';

/** Records to be written by one command, or by several if the server refuses it as a whole. */
export interface Records {
  readonly count: number;
  /** The command that writes the records with these indexes, in this order; without indexes, all records. */
  readonly command: (indexes?: readonly number[]) => Document;
}

/** If this many records are refused alone, and none is accepted, the cause is not the records. */
const STRIKES = 3;

/**
 * Writes records, and gives a verdict on each. Records that are refused with an unknown code are written
 * again without the others, and the second verdict counts. A command that is refused as a whole is cut in
 * halves until the records at fault are alone. So one record never blocks another.
 * @returns the number of records inserted or changed, and an error for each other record.
 * @throws SyncError as tryCommand, if the cause is not a single record.
 */
export async function writeRecords(db: Db, records: Records): Promise<WriteReply> {
  const first = await writeSome(db, records);
  const { settled, doubtful } = judge(first.errors);
  if (doubtful.length === 0) return { n: first.n, errors: [...settled, ...first.alone] };
  const again = await writeSome(
    db,
    records,
    doubtful.map(({ index }) => index),
  );
  judge(again.errors); // throws if an error is transient now
  return { n: first.n + again.n, errors: [...settled, ...first.alone, ...again.errors, ...again.alone] };
}

/** Inserts documents, and gives a verdict on each: see writeRecords. @param lists encodes them as BSON. */
export async function insertRecords(
  db: Db,
  collection: string,
  documents: readonly Document[],
  lists?: RecordLists,
): Promise<WriteReply> {
  return await writeRecords(db, recordsOf({ insert: collection }, 'documents', documents, lists));
}

/** Updates documents, and gives a verdict on each: see insertRecords. */
export async function updateRecords(
  db: Db,
  collection: string,
  updates: readonly Document[],
  lists?: RecordLists,
): Promise<WriteReply> {
  return await writeRecords(db, recordsOf({ update: collection }, 'updates', updates, lists));
}

function recordsOf(
  command: Document,
  name: 'documents' | 'updates',
  all: readonly Document[],
  lists: RecordLists | undefined,
): Records {
  return {
    count: all.length,
    command: (indexes) => {
      const some = indexes ? indexes.flatMap((i) => all[i] ?? []) : all;
      return { ...command, [name]: lists?.listOf(name, some) ?? some };
    },
  };
}

interface Written extends WriteReply {
  /** Records that were refused alone. */
  readonly alone: readonly WriteError[];
}

function judge(errors: readonly WriteError[]): { settled: WriteError[]; doubtful: WriteError[] } {
  const settled: WriteError[] = [];
  const doubtful: WriteError[] = [];
  for (const error of errors) {
    const verdict = error.isOwnId ? 'refused' : verdictOn(error.code);
    if (typeof verdict !== 'string') throw verdict;
    (verdict === 'refused' ? settled : doubtful).push(error);
  }
  return { settled, doubtful };
}

async function writeSome(db: Db, records: Records, indexes?: readonly number[]): Promise<Written> {
  const reply = await tryCommand(db, records.command(indexes));
  if ('refusal' in reply)
    return await new Isolation(db, records).isolate(indexes ?? [...Array(records.count).keys()], reply);
  return { ...numbered(reply, indexes), alone: [] };
}

function numbered({ n, errors }: WriteReply, indexes: readonly number[] | undefined): WriteReply {
  return indexes
    ? { n, errors: errors.map((error) => ({ ...error, index: indexes[error.index] ?? -1 })) }
    : { n, errors };
}

/** Finds the records for which a command is refused as a whole. */
class Isolation {
  #taken = 0;
  #strikes = 0;

  constructor(
    private readonly db: Db,
    private readonly records: Records,
  ) {}

  async isolate(indexes: readonly number[], refused: CommandRefusal): Promise<Written> {
    const written = await this.#halves(indexes, refused);
    if (this.#strikes > 0 && this.#taken === 0) throw refused.refusal;
    return written;
  }

  async #halves(indexes: readonly number[], refused: CommandRefusal): Promise<Written> {
    const [index] = indexes;
    if (indexes.length <= 1)
      return { n: 0, errors: [], alone: index === undefined ? [] : [this.#alone(index, refused)] };
    const middle = indexes.length >> 1;
    const first = await this.#half(indexes.slice(0, middle));
    const second = await this.#half(indexes.slice(middle));
    return {
      n: first.n + second.n,
      errors: [...first.errors, ...second.errors],
      alone: [...first.alone, ...second.alone],
    };
  }

  async #half(indexes: readonly number[]): Promise<Written> {
    const reply = await tryCommand(this.db, this.records.command(indexes));
    if ('refusal' in reply) return await this.#halves(indexes, reply);
    this.#taken += indexes.length;
    return { ...numbered(reply, indexes), alone: [] };
  }

  #alone(index: number, { refusal, code, message }: CommandRefusal): WriteError {
    if (!isContentCode(code)) {
      this.#strikes++;
      if (this.#taken === 0 && this.#strikes >= STRIKES) throw refusal;
    }
    return { index, code, message, isOwnId: false };
  }
}
