import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';

const FIXTURE = fileURLToPath(new URL('fixtures/app.mjs', import.meta.url));
const started = new Set<ReturnType<typeof spawn>>();

afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});

function run(...args: string[]) {
  return runIn(process.env, ...args);
}

function runIn(env: NodeJS.ProcessEnv, ...args: string[]) {
  const child = spawn(process.execPath, [FIXTURE, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.add(child);
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    out.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    out.stderr += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]) => code as number);
  const lines = () =>
    out.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const said = async (msg: string) =>
    await vi.waitFor(() => expect(lines().map((line) => line.msg)).toContain(msg), { timeout: 20_000 });
  return { child, out, ended, lines, said, messages: () => lines().map((line) => line.msg) };
}

describe('an app whose parent has a channel to it', () => {
  test.each(['once it runs', 'while it is loading'] as const)(
    'stops when the parent goes %s',
    async (when) => {
      const child = spawn(process.execPath, [FIXTURE], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
      started.add(child);
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      const ended = once(child, 'exit');
      if (when === 'once it runs')
        await vi.waitFor(() => expect(said).toContain('running'), { timeout: 20_000 });
      child.disconnect();
      expect(await ended).toEqual([0, null]);
      expect(said).toContain('closed first');
    },
  );
});

describe('an app that receives a stop signal', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'by %s closes everything, last in first out, and exits with 0',
    async (signal) => {
      const app = run();
      await app.said('running');
      app.child.kill(signal);
      expect(await app.ended).toBe(0);
      expect(app.messages()).toEqual([
        'running',
        `${signal}: stopping`,
        'closing second',
        'closed first',
        'stopped',
      ]);
      expect(app.lines()[2]).toMatchObject({ aborted: true });
      expect(app.lines()[2]?.remainingMs).toBeGreaterThan(4_000);
    },
  );

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends at once on a second %s, with exit code %i', async (signal, code) => {
    const app = run('slow');
    await app.said('running');
    app.child.kill(signal);
    await app.said('closing second');
    const again = setInterval(() => app.child.kill(signal), 50);
    expect(await app.ended).toBe(code);
    clearInterval(again);
    expect(app.messages()).toContain(`${signal} again: ending at once`);
  });

  test('takes two signals in the same moment for one, as when npm passes Ctrl-C on', async () => {
    const app = run();
    await app.said('running');
    app.child.kill('SIGINT');
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
    expect(app.messages()).toContain('closed first');
  });

  test('says what was not closed in time, closes the rest, and exits with 3', async () => {
    const app = run('hang');
    await app.said('running');
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(3);
    expect(app.messages()).toEqual(expect.arrayContaining(['second was not closed in time', 'closed first']));
  });

  test('closes the rest when one closer fails', async () => {
    const app = run('fail-to-close');
    await app.said('running');
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(3);
    expect(app.lines()).toContainEqual(
      expect.objectContaining({
        msg: 'closing second failed',
        error: { code: 'CLOSE_FAILED', message: 'no' },
      }),
    );
    expect(app.messages()).toContain('closed first');
  });

  test('while it starts gives the start up, closes what was opened, late things too, and exits with 0', async () => {
    const app = run('slow-start');
    await app.said('starting');
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
    expect(app.messages()).toEqual(expect.arrayContaining(['closed what was opened late', 'closed first']));
    expect(app.out.stdout).not.toContain('"level":"error"');
  });
});

test('an app logs the warnings of its configuration', async () => {
  const app = run('warned');
  await app.said('running');
  app.child.kill('SIGTERM');
  await app.ended;
  expect(app.lines()[0]).toMatchObject({ level: 'warn', msg: 'REDIS_ULR: did you mean REDIS_URL?' });
});

describe('an app that fails', () => {
  test('at the start with a known error prints one message without a stack, closes, and exits with 1', async () => {
    const app = run('typed-start');
    expect(await app.ended).toBe(1);
    const errors = app.lines().filter((line) => line.level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      msg: "fixture can't start: MongoDB at host:1 does not answer; start it.",
      code: 'MONGO_DOWN',
    });
    expect(app.out.stdout + app.out.stderr).not.toContain('app.mjs');
    expect(app.messages()).toContain('closed first');
  });

  test('at the start by its configuration exits with 2', async () => {
    const app = run('config-start');
    expect(await app.ended).toBe(2);
  });

  test('to load its configuration prints the reason on standard error, secrets hidden, and exits with 2', async () => {
    const app = run('bad-config');
    expect(await app.ended).toBe(2);
    expect(app.out.stderr).toBe('fixture: REDIS_URL: redis://me:***@host is no address\n');
  });

  test('at the start by a mistake prints its stack and exits with 1', async () => {
    const app = run('untyped-start');
    expect(await app.ended).toBe(1);
    expect(app.out.stdout).toContain('app.mjs');
  });

  test.each(['rejection', 'exception'])(
    'by an uncaught %s logs it, closes everything, and exits with 1',
    async (kind) => {
      const app = run(kind);
      expect(await app.ended).toBe(1);
      expect(app.messages()).toEqual([
        'running',
        'unexpected error: nobody caught this',
        'closing second',
        'closed first',
      ]);
    },
  );
});

describe('an app whose configuration is read again by SIGHUP', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reload-'));
  const file = join(folder, 'settings.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (settings: object) => writeFileSync(file, JSON.stringify(settings));
  const settings = (interval: number, port = 1, level = 'info') => ({
    log: { level, format: 'json' },
    interval,
    shown: { INTERVAL: String(interval), PORT: String(port), LOG_LEVEL: level },
  });
  const begin = async () => {
    write(settings(5));
    const app = runIn({ ...process.env, SETTINGS: file });
    await app.said('running');
    return app;
  };

  test('takes over what it can, and says what changed and what waits for a restart, once', async () => {
    const app = await begin();
    write(settings(6, 2));
    app.child.kill('SIGHUP');
    await app.said('configuration reloaded');
    expect(app.lines().slice(1)).toMatchObject([
      { msg: 'taken', interval: 6, changed: 'INTERVAL' },
      { msg: 'option changed', option: 'INTERVAL', from: '5', to: '6' },
      { msg: 'option changed: restart to apply it', level: 'warn', option: 'PORT', from: '1', to: '2' },
      { msg: 'configuration reloaded', changed: 1, needRestart: 1 },
    ]);
    app.child.kill('SIGHUP');
    await vi.waitFor(
      () =>
        expect(app.lines().at(-1)).toMatchObject({
          msg: 'configuration reloaded',
          changed: 0,
          needRestart: 0,
        }),
      { timeout: 20_000 },
    );
    expect(app.lines()).toHaveLength(6);
  });

  test('changes nothing when it is wrong, and reports every problem', async () => {
    const app = await begin();
    const problem = { problem: 'is no number', remedy: 'write one' };
    write({
      problems: [
        { option: 'INTERVAL', ...problem },
        { option: 'PORT', ...problem },
      ],
    });
    app.child.kill('SIGHUP');
    await app.said('configuration not reloaded: PORT is no number: write one');
    expect(app.messages()).toEqual([
      'running',
      'configuration not reloaded: INTERVAL is no number: write one',
      'configuration not reloaded: PORT is no number: write one',
    ]);
    write(settings(7));
    app.child.kill('SIGHUP');
    await app.said('taken');
  });

  test('takes over the log level, which SIGUSR2 turns to debug and back', async () => {
    const app = await begin();
    write(settings(5, 1, 'warn'));
    app.child.kill('SIGHUP');
    await vi.waitFor(
      () => {
        app.child.kill('SIGUSR2');
        expect(app.lines().at(-1)).toMatchObject({ msg: 'log level changed by SIGUSR2', to: 'debug' });
      },
      { timeout: 20_000 },
    );
    await vi.waitFor(
      () => {
        app.child.kill('SIGUSR2');
        expect(app.lines().at(-1)).toMatchObject({ msg: 'log level changed by SIGUSR2', to: 'warn' });
      },
      { timeout: 20_000 },
    );
  });
});

describe('arguments', () => {
  const USAGE = new URL('../src/index.ts', import.meta.url).href;
  const answer = async (...args: string[]) => {
    const app = runIn({ ...process.env, USAGE }, ...args);
    return { code: await app.ended, ...app.out };
  };

  test.each(['--help', '-h'])('%s shows how it is used, and starts nothing', async (argument) => {
    const { code, stdout, stderr } = await answer(argument);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^redis-to-mongo fixture: a fixture\n[\s\S]*--config PATH/);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test.each(['--version', '-V'])('%s shows the version', async (argument) => {
    expect(await answer(argument)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^redis-to-mongo fixture \d+\.\d+\.\d+\n$/),
    });
  });

  test('an answer that a full disk does not take ends it with 1, and one sentence', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [FIXTURE, '--version'], {
      env: { ...process.env, USAGE },
      stdio: ['ignore', full, 'pipe'],
    });
    started.add(child);
    closeSync(full);
    const ended = once(child, 'close');
    let stderr = '';
    for await (const chunk of child.stderr ?? []) stderr += String(chunk);
    expect({ stderr, ended: await ended }).toEqual({
      stderr: expect.stringMatching(/^standard output: ENOSPC.*\n$/),
      ended: [1, null],
    });
  });

  test.each([['--hepl'], ['--config'], ['start'], ['--help=1'], ['-x']])(
    'what is not known (%s) ends it with 2',
    async (argument) => {
      const { code, stdout, stderr } = await answer(argument);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^fixture: .+\n\nredis-to-mongo fixture/);
    },
  );
});

test('what libraries print goes to the log, folded and masked, and nowhere else', async () => {
  const app = run('talkative');
  await app.said('running');
  app.child.kill('SIGTERM');
  expect(await app.ended).toBe(0);
  expect(app.out.stderr).toBe('');
  const logged = app.lines().filter(({ library }) => library);
  expect(logged.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
    'warn before there is a log',
    'warn [WARN] of a library: redis://me:***@host',
    'info a word',
    'warn DeprecationWarning: old option',
  ]);
  expect(app.lines()).toContainEqual(
    expect.objectContaining({ msg: '[WARN] of a library: redis://me:***@host', repeated: 19 }),
  );
});
