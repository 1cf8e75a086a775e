import { isObject, type SyncError } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { mongoCode } from '../errors/mongo-code.js';
import { mongoError } from '../errors/mongo-error.js';

/** One record that a write command refused. */
export interface WriteError {
  /** Index of the record in the command. */
  readonly index: number;
  readonly code: number;
  /** The server's words. They can quote values: never for logs. */
  readonly message: string;
  /** Duplicate key on `_id`: the record exists already. */
  readonly isOwnId: boolean;
}

export interface WriteReply {
  /** Records that were inserted, or changed by an update. */
  readonly n: number;
  readonly errors: readonly WriteError[];
}

/** A command that was refused as a whole, with an unknown code. One of its records may be the cause. */
export interface CommandRefusal {
  readonly refusal: SyncError;
  /** The server's code, or 22 (InvalidBSON) if the driver could not encode a record. */
  readonly code: number;
  /** See WriteError. */
  readonly message: string;
}

const WRITE_CONCERN = { w: 'majority', j: true } as const;
const INVALID_BSON = 22;

/**
 * Runs one unordered insert or update command: every record is tried, and the refused ones are reported one by one.
 * Resolves only when the writes are durable (majority, journaled).
 * Source: https://www.mongodb.com/docs/manual/reference/command/insert/
 * @returns a CommandRefusal if the command is refused as a whole for an unknown reason.
 * @throws SyncError as mongoError, if the command fails as a whole for a known reason.
 */
export async function tryCommand(db: Db, command: Document): Promise<WriteReply | CommandRefusal> {
  try {
    const reply = await db.command({ ...command, ordered: false, writeConcern: WRITE_CONCERN });
    if (reply.writeConcernError) throw mongoError(toError(reply.writeConcernError));
    const raw: unknown = reply.writeErrors;
    return {
      n: Number(reply.nModified ?? reply.n ?? 0),
      errors: Array.isArray(raw) ? raw.map(parseWriteError) : [],
    };
  } catch (error) {
    const refusal = mongoError(error);
    const code = codeOf(error);
    if (refusal.errorClass !== 'unknown' || code === undefined) throw refusal;
    return { refusal, code, message: error instanceof Error ? error.message : '' };
  }
}

/** 11000 DuplicateKey; 1 InternalError, FerretDB's answer if a findAndModify inserts a duplicate. */
const DUPLICATES: ReadonlySet<unknown> = new Set([1, 11000]);
/**
 * Matches the index of `_id` in the messages of MongoDB, FerretDB and PostgreSQL, for errors without a
 * keyPattern.
 */
const ID_INDEX =
  /index: _id_|Index '_id_'$|^duplicate key value violates unique constraint "collection_pk_\d+"$/;

/**
 * Whether a write error says that the record's own `_id` is taken.
 * @param raw a write error as the server sends it.
 */
export function isOwnId(raw: {
  readonly code?: unknown;
  readonly keyPattern?: unknown;
  readonly message?: unknown;
}): boolean {
  const { code, keyPattern, message } = raw;
  if (!DUPLICATES.has(code)) return false;
  return isObject(keyPattern) ? Object.keys(keyPattern).join() === '_id' : ID_INDEX.test(String(message));
}

function parseWriteError(raw: Document): WriteError {
  const message = String(raw.errmsg ?? '');
  const code = mongoCode(Number(raw.code), message);
  return {
    index: Number(raw.index),
    code,
    message,
    isOwnId: isOwnId({ code, keyPattern: raw.keyPattern, message }),
  };
}

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'number') return mongoCode(error.code, error.message);
  return /^BSON.*Error$|^RangeError$/.test(error.name) ? INVALID_BSON : undefined;
}

function toError(raw: Document): Error {
  return Object.assign(new Error(String(raw.errmsg ?? raw.codeName ?? 'write concern')), {
    name: 'MongoWriteConcernError',
    code: Number(raw.code),
  });
}
