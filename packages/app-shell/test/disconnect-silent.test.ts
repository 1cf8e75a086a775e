import { Writable } from 'node:stream';
import { Closers } from '@redis-to-mongo/pipeline';
import { expect, test } from 'vitest';
import { disconnectSilent } from '../src/lifecycle/disconnect-silent.js';
import { createLogger } from '../src/log/logger.js';

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const logger = createLogger({ level: 'debug', format: 'json', app: 'test', stream: nowhere });
const never = new Promise<void>(() => {});

/** What is left when an app stops that works with one server, and how long that takes, in ms. */
async function stop(ask: () => Promise<unknown>): Promise<{ left: boolean; all: boolean; ms: number }> {
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
  const began = performance.now();
  const all = await closers.closeAll(60_000);
  return { left, all, ms: performance.now() - began };
}

test('a server that answers is not left', async () => {
  expect(await stop(async () => 'PONG')).toMatchObject({ left: false, all: true });
});

test('one that is silent, or can not be reached, is left, and nothing that waits for it is waited for', async () => {
  for (const ask of [() => never, () => Promise.reject(new Error('ECONNREFUSED'))]) {
    const { left, all, ms } = await stop(ask);
    expect({ left, all }).toEqual({ left: true, all: true });
    expect(ms).toBeLessThan(10_000);
  }
});

test('without a server that was left, what is late is late', async () => {
  const closers = new Closers(logger);
  closers.add('slow', () => never);
  expect(await closers.closeAll(50)).toBe(false);
});
