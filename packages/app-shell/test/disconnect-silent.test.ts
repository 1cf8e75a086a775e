import { Writable } from 'node:stream';
import { Closers } from '@redis-to-mongo/pipeline';
import { expect, test } from 'vitest';
import { disconnectSilent } from '../src/lifecycle/disconnect-silent.js';
import { createLogger } from '../src/log/logger.js';

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const logger = createLogger({ level: 'debug', format: 'json', app: 'test', stream: nowhere });
const never = new Promise<void>(() => {});

/** Whether the server of an app that stops is left, and whether all was closed within the time limit. */
async function stop(ask: () => Promise<unknown>): Promise<{ left: boolean; all: boolean }> {
  const closers = new Closers(logger);
  let left = false;
  closers.add('work that waits for the server', () => (left ? never : undefined));
  const server = {
    name: 'server',
    ask,
    leave: () => {
      left = true;
    },
  };
  closers.add('servers that do not answer', () => disconnectSilent([server], { logger, closers }));
  const all = await closers.closeAll(60_000);
  return { left, all };
}

test('a server that answers is not left', async () => {
  expect(await stop(async () => 'PONG')).toEqual({ left: false, all: true });
});

test('one that is silent, or can not be reached, is left, and nothing that waits for it is waited for', async () => {
  for (const ask of [() => never, () => Promise.reject(new Error('ECONNREFUSED'))])
    expect(await stop(ask)).toEqual({ left: true, all: true });
});

test('without a server that was left, what is late is late', async () => {
  const closers = new Closers(logger);
  closers.add('slow', () => never);
  expect(await closers.closeAll(50)).toBe(false);
});
