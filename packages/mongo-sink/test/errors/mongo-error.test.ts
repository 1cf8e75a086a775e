import { inspect } from 'node:util';
import { MongoServerError } from 'mongodb';
import { expect, it } from 'vitest';
import { mongoError } from '../../src/errors/mongo-error.js';

it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])(
  'a connection that breaks under a write (%s), as Node reports it, is transient',
  (code) => {
    const error = Object.assign(new Error(`write ${code}`), { code, errno: -1, syscall: 'write' });
    expect(mongoError(error)).toMatchObject({
      code: 'MONGO_UNAVAILABLE',
      errorClass: 'transient',
      cause: error,
    });
  },
);

it('an error of the program is unknown, and is not tried again', () => {
  const error = new TypeError('no such function');
  expect(mongoError(error)).toMatchObject({ code: 'MONGO_UNKNOWN', errorClass: 'unknown', cause: error });
});

it.each(['MongoServerSelectionError', 'MongoStalePrimaryError', 'MongoWaitQueueTimeoutError'])(
  '%s is transient',
  (name) => {
    const error = Object.assign(new Error('no connection'), { name });
    expect(mongoError(error)).toMatchObject({ code: 'MONGO_UNAVAILABLE', errorClass: 'transient' });
  },
);

it.each(['RetryableWriteError', 'RetryableError', 'SystemOverloadedError'])(
  'a code that nobody here knows is transient where the server says so by the label %s',
  (label) => {
    const error = new MongoServerError({ code: 999_999, errmsg: 'not now', errorLabels: [label] });
    expect(mongoError(error)).toMatchObject({ code: 'MONGO_UNAVAILABLE', errorClass: 'transient' });
  },
);

it.each([
  '[msg_ping.go:44 handler.(*Handler).msgPing] [pool.go:86 documentdb.(*Pool).Acquire] failed to connect to `user=postgres database=postgres`: 127.0.0.1:5432 (127.0.0.1): dial error',
  'unexpected EOF',
  'terminating connection due to administrator command',
  'terminating connection due to unexpected postmaster exit',
])('FerretDB without its PostgreSQL is unavailable: %s', (message) => {
  const error = Object.assign(new Error(message), { name: 'MongoServerError', code: 1 });
  expect(mongoError(error)).toMatchObject({
    code: 'MONGO_UNAVAILABLE',
    errorClass: 'transient',
    message: 'MongoDB: FerretDB has no connection to its PostgreSQL: check that it is running',
  });
});

it('another internal error is unknown', () => {
  const error = Object.assign(new Error('division by zero'), { name: 'MongoServerError', code: 1 });
  expect(mongoError(error)).toMatchObject({ code: 'MONGO_UNKNOWN', errorClass: 'unknown' });
});

it('what the server quotes of a command is in no cause, which a log shows', () => {
  const errmsg =
    'not authorized on redis_to_mongo to execute command { findAndModify: "strings", update: { $set: { value: "the user’s secret" } } }';
  const error = mongoError(new MongoServerError({ code: 13, errmsg }));
  expect(error).toMatchObject({
    code: 'MONGO_PRIVILEGE',
    cause: { message: 'not authorized on redis_to_mongo to execute command', code: 13 },
  });
  expect(inspect(error)).not.toContain('secret');
});
