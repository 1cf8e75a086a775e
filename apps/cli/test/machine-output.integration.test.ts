import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../src/run-cli.js';
import { allCommands, type CliUnderTest, cliUnderTest } from './cli-under-test.js';

/** Stands for another database of the same Redis. */
const ANOTHER = 'redis://another';

/** How each command is called here, in an order in which each has something to show. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  once: ['*'],
  status: [],
  workers: [],
  keys: ['--sort', 'lag'],
  explain: ['orders'],
  gaps: [],
  'dead-letters': ['list'],
  plan: [],
  sync: ['orders'],
  pause: ['tags'],
  resume: ['tags'],
  resync: ['prices', '--yes'],
  forget: ['cart', '--yes'],
  verify: [],
  restore: ['*', '--to', ANOTHER, '--replace'],
  doctor: [],
  history: [],
  audit: [],
  fleet: [],
  adopt: [],
  config: [],
};
/** Commands whose output is for a program already, or for none. */
const WITHOUT_JSON: Readonly<Record<string, string>> = { completion: 'it prints a script for a shell' };

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest();
  for (let i = 0; i < 5; i++) await cli.redis.xadd('orders', '*', 'n', String(i));
  await cli.redis.sadd('tags', 'a', 'b');
  await cli.redis.hset('prices', 'apple', '1.20');
  await cli.redis.rpush('cart', 'apple');
  await cli.run('once');
  await cli.redis.del('cart');
  await cli.run('once');
  const lastError = { code: 'SOME', errorClass: 'unknown', message: 'some', at: new Date() };
  await cli.db.collection<{ _id: string }>('keys').updateOne({ _id: 'tags' }, { $set: { lastError } });
});
afterAll(() => cli.close());

class Terminal extends Writable {
  readonly isTTY = true;
  readonly columns = 100;
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs a command as on a terminal. @returns all that it printed. */
async function onTerminal(argv: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const terminal = new Terminal();
  const env = { TERM: 'xterm', ...cli.env, ...more };
  await runCli({ argv, env, cwd: '/', stdout: terminal, stderr: terminal });
  return terminal.text;
}

/** What colors a text, and no other sequence. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colors are
const COLOR = /\x1b\[[\d;]*m/;

test('each command is called here, or it is said why it has no machine output', () => {
  expect([...Object.keys(CALLS), ...Object.keys(WITHOUT_JSON)].sort()).toEqual(
    allCommands()
      .map(({ name }) => name)
      .sort(),
  );
});

describe.each(Object.entries(CALLS))('%s', (name, given) => {
  const argv = () => [name, ...given.map((one) => (one === ANOTHER ? `${cli.env.REDIS_URL}/5` : one))];

  test('prints JSON and nothing else with --json: one document, or one a line', async () => {
    const { stdout, stderr } = await cli.run(...argv(), '--json');
    for (const line of stderr.split('\n').filter(Boolean))
      expect(Object.keys(JSON.parse(line))).toEqual([expect.stringMatching(/^(note|error)$/)]);
    const parsed = (() => {
      try {
        return [JSON.parse(stdout)];
      } catch {
        return stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));
      }
    })();
    for (const value of parsed) expect(typeof value).toBe('object');
  });

  test('has no colors where it is not on a terminal, with --no-color, and with NO_COLOR', async () => {
    const { stdout, stderr } = await cli.run(...argv());
    expect(stdout + stderr).not.toMatch(COLOR);
    expect(await onTerminal([...argv(), '--no-color'])).not.toMatch(COLOR);
    expect(await onTerminal(argv(), { NO_COLOR: '1' })).not.toMatch(COLOR);
  });
});

test('fleet says in JSON, too, that no fleet has started yet', async () => {
  const { stdout } = await cli.run('fleet', '--json');
  expect(JSON.parse(stdout)).toEqual({ fits: true, is: 'same', id: null });
});

test('an error is a document, too', async () => {
  const { stdout, stderr } = await cli.run('explain', 'nobody-has-this', '--json');
  expect(JSON.parse(stdout || stderr)).toBeTypeOf('object');
});

test('on a terminal there are colors', async () => {
  expect(await onTerminal(['status'])).toMatch(COLOR);
});

test.each([
  ['once', '*'],
  ['pause', 'tags'],
  ['resume', 'tags'],
  ['resync', 'price*', '--yes'],
  ['verify', '*'],
  ['restore', 'tags', '--to', ANOTHER, '--replace'],
])('on a terminal, %s %s shows how far it is', async (...given) => {
  const argv = given.map((one) => (one === ANOTHER ? `${cli.env.REDIS_URL}/5` : one));
  expect(await onTerminal(argv)).toMatch(/\d of \d keys/);
});
