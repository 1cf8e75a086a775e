import { SyncError } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { mongoError } from './mongo-error.js';

/** One record that a write command refused. */
export interface WriteError {
  /** Which of the command's records. */
  readonly index: number;
  readonly code: number;
  /** The server's words. They can quote values: never for logs. */
  readonly message: string;
  /** Duplicate key on `_id`: the record is there already. */
  readonly isOwnId: boolean;
}

export interface WriteReply {
  /** Records that were written or matched. */
  readonly n: number;
  readonly errors: readonly WriteError[];
}

/**
 * A command gets this long, in ms: a little more than its connection does without a byte. The driver (7.9) waits for ever
 * for a connection that ends while a command of more than 16 KiB is still being sent, which no option of its own bounds.
 */
const WITHIN_MS = 65_000;

const WRITE_CONCERN = { w: 'majority', j: true } as const;

/**
 * Runs one unordered insert or update command: every record is tried, and the refused ones are told one by one.
 * Resolves only when what was written is durable (majority, journaled).
 * Source: https://www.mongodb.com/docs/manual/reference/command/insert/
 * @throws SyncError as mongoError tells, when the command as a whole failed; MONGO_TIMEOUT when it took too long.
 */
export async function writeCommand(db: Db, command: Document, withinMs = WITHIN_MS): Promise<WriteReply> {
  const signal = AbortSignal.timeout(withinMs);
  const reply = await db
    .command({ ...command, ordered: false, writeConcern: WRITE_CONCERN }, { signal })
    .catch((error: unknown) => {
      if (signal.aborted)
        throw new SyncError('MONGO_TIMEOUT', 'transient', `MongoDB did not answer within ${withinMs} ms`, {
          cause: error,
        });
      throw mongoError(error);
    });
  if (reply.writeConcernError) throw mongoError(toError(reply.writeConcernError));
  const raw: unknown = reply.writeErrors;
  return { n: Number(reply.n ?? 0), errors: Array.isArray(raw) ? raw.map(parseWriteError) : [] };
}

function parseWriteError(raw: Document): WriteError {
  const code = Number(raw.code);
  const message = String(raw.errmsg ?? '');
  const pattern: unknown = raw.keyPattern;
  const isOwnId =
    code === 11000 &&
    (typeof pattern === 'object' && pattern !== null
      ? Object.keys(pattern).join() === '_id'
      : /index: _id_/.test(message));
  return { index: Number(raw.index), code, message, isOwnId };
}

function toError(raw: Document): Error {
  return Object.assign(new Error(String(raw.errmsg ?? raw.codeName ?? 'write concern')), {
    name: 'MongoWriteConcernError',
    code: Number(raw.code),
  });
}
