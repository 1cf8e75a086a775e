import { type MessageDocument, type Outcome, SyncError } from '@redis-to-mongo/pipeline';
import { BSON, type Db } from 'mongodb';
import { type Refusal, writeDeadLetters } from './dead-letters.js';
import { GroupCommit } from './group-commit.js';
import { groupIndexes } from './group-indexes.js';
import { isContentCode } from './mongo-error.js';
import { type WriteError, writeCommand } from './write-command.js';

export interface MessageWriterOptions {
  /** At most this many documents a bulk (a single job's batch is not cut by it). */
  readonly batchEntries: number;
  /** About this many bytes a bulk, below the 48 MB that one message may take. */
  readonly batchBytes: number;
  /** The largest document the server takes, in bytes. */
  readonly maxDocumentBytes: number;
  /** Told how many dead letters were written. */
  readonly onDeadLetters?: (refusals: readonly Refusal[]) => Promise<void> | void;
}

/** Documents a command; the server's own limit is 100,000. */
const MOST_DOCUMENTS = 50_000;

interface Insert {
  readonly collection: string;
  readonly documents: readonly MessageDocument[];
  readonly bytes: number;
}

/**
 * Inserts documents with ids of their own, in unordered bulks shared by concurrent jobs, and gives a verdict per
 * record: written, already there (duplicate key on `_id`), or dead (refused for its content, and kept whole in
 * `dead_letters`). Anything else is thrown, to be tried again.
 */
export class MessageWriter {
  readonly #db: Db;
  readonly #options: MessageWriterOptions;
  readonly #groups: GroupCommit<Insert, Outcome>;

  constructor(db: Db, options: MessageWriterOptions) {
    this.#db = db;
    this.#options = options;
    this.#groups = new GroupCommit((inserts) => this.#commit(inserts), {
      weight: 1,
      weigh: ({ documents, bytes }) =>
        Math.max(documents.length / options.batchEntries, bytes / options.batchBytes),
      concurrency: 2,
    });
  }

  /** @throws SyncError when the bulk as a whole failed; some of its records may have been written. */
  async insert(insert: Insert): Promise<Outcome> {
    return await this.#groups.submit(insert);
  }

  async #commit(inserts: readonly Insert[]): Promise<Outcome[]> {
    const outcomes = inserts.map(() => ({ written: 0, alreadyThere: 0, dead: 0 }));
    const byCollection = groupIndexes(inserts, ({ collection }) => collection);
    for (const [collection, indexes] of byCollection) {
      const owners: number[] = [];
      const documents: MessageDocument[] = [];
      const refusals: Refusal[] = [];
      for (const i of indexes) {
        const insert = inserts[i];
        const outcome = outcomes[i];
        if (!insert || !outcome) continue;
        for (const document of insert.documents) {
          const tooLarge = this.#tooLarge(insert, document);
          if (tooLarge) {
            refusals.push(tooLarge);
            outcome.dead++;
          } else {
            documents.push(document);
            owners.push(i);
            outcome.written++;
          }
        }
      }
      const bytes = indexes.reduce((sum, i) => sum + (inserts[i]?.bytes ?? 0), 0);
      const errors = await this.#insertAll(collection, documents, bytes);
      for (const error of errors) {
        const outcome = outcomes[owners[error.index] ?? -1];
        const document = documents[error.index];
        if (!outcome || !document) throw unknownRefusal(error);
        outcome.written--;
        if (error.isOwnId) outcome.alreadyThere++;
        else if (error.code === 11000 || isContentCode(error.code)) {
          outcome.dead++;
          const bytes = BSON.calculateObjectSize(document);
          refusals.push({ document, collection, code: error.code, reason: error.message, bytes });
        } else throw unknownRefusal(error);
      }
      if (refusals.length > 0) {
        await writeDeadLetters(this.#db, refusals, new Date());
        await this.#options.onDeadLetters?.(refusals);
      }
    }
    return outcomes;
  }

  /** One command for what fits into one message, several for a batch that is larger by itself. */
  async #insertAll(
    collection: string,
    documents: readonly MessageDocument[],
    bytes: number,
  ): Promise<WriteError[]> {
    const errors: WriteError[] = [];
    for (const { from, to } of this.#cut(documents, bytes)) {
      const part = from === 0 && to === documents.length ? documents : documents.slice(from, to);
      const reply = await writeCommand(this.#db, { insert: collection, documents: part });
      for (const error of reply.errors) errors.push({ ...error, index: error.index + from });
    }
    return errors;
  }

  /** A message takes 48 MB and 100,000 documents; sizes of text are estimates, so it is cut at a third of that. */
  #cut(documents: readonly MessageDocument[], allBytes: number): { from: number; to: number }[] {
    if (allBytes <= this.#options.maxDocumentBytes && documents.length <= MOST_DOCUMENTS)
      return documents.length > 0 ? [{ from: 0, to: documents.length }] : [];
    const cuts: { from: number; to: number }[] = [];
    let from = 0;
    let bytes = 0;
    for (let i = 0; i < documents.length; i++) {
      const document = documents[i];
      if (!document) continue;
      const size = roughSize(document);
      if (i > from && (bytes + size > this.#options.maxDocumentBytes || i - from >= MOST_DOCUMENTS)) {
        cuts.push({ from, to: i });
        from = i;
        bytes = 0;
      }
      bytes += size;
    }
    if (from < documents.length) cuts.push({ from, to: documents.length });
    return cuts;
  }

  #tooLarge({ collection, bytes: batchBytes }: Insert, document: MessageDocument): Refusal | undefined {
    const { maxDocumentBytes } = this.#options;
    if (batchBytes * 4 < maxDocumentBytes || roughSize(document) * 4 < maxDocumentBytes) return undefined;
    const bytes = BSON.calculateObjectSize(document);
    if (bytes <= maxDocumentBytes) return undefined;
    const reason = `the document would take ${bytes} bytes, the server's limit is ${maxDocumentBytes}`;
    return { document, collection, code: 10334, reason, bytes };
  }
}

/** Characters and bytes of a document's content; its BSON is at most about three times that. */
function roughSize({ content, mapped, _id }: MessageDocument): number {
  let size = 100 + 2 * _id.length;
  // What a rule made of the content has other sizes.
  if (mapped) return size + BSON.calculateObjectSize({ content, mapped });
  if (Array.isArray(content)) for (const [name, value] of content) size += name.length + lengthOf(value) + 32;
  else for (const name in content) size += name.length + lengthOf(content[name]) + 8;
  return size;
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;
}

function unknownRefusal(error: WriteError): SyncError {
  return new SyncError('MONGO_UNKNOWN', 'unknown', `MongoDB refused a record with code ${error.code}`);
}
