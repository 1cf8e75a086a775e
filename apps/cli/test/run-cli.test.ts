import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { EXIT_CODES } from '../src/exit-codes.js';
import { Interruption } from '../src/interruption.js';
import { PROGRAMS } from '../src/programs.js';
import { allCommands, runIn, runUntil } from './cli-under-test.js';

test('the overview names every command and every exit code', async () => {
  const { code, stdout } = await runIn({}, 'help');
  expect(code).toBe(0);
  const words = stdout.replace(/\s+/g, ' ');
  for (const { name, summary } of [...PROGRAMS, ...allCommands()])
    expect(words).toContain(` ${name} ${summary} `);
  for (const { code: number, meaning } of Object.values(EXIT_CODES))
    expect(words).toContain(` ${number} ${meaning}`);
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(90);
});

test('without a command, or one of its commands, the usage is shown on standard error, and the call counts as wrong', async () => {
  for (const argv of [[], ['dead-letters']])
    expect(await runIn({}, ...argv)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Commands'),
    });
});

test('each command has its help, and examples that it takes', async () => {
  for (const { name } of allCommands()) {
    const { code, stdout } = await runIn({}, name, '--help');
    expect(code).toBe(0);
    for (const option of ['json', 'no-color', 'config', 'help']) expect(stdout).toContain(`--${option}`);
    const examples = [...stdout.matchAll(/^ {2}redis-to-mongo (.*)$/gm)].map(([, line = '']) => line);
    expect(examples.length, name).toBeGreaterThan(0);
    for (const line of examples) {
      const [command, action = ''] = line.split(' ');
      expect(command).toBe(name);
      const ofAction = stdout.includes(`\n  ${action} [options]`) ? [action] : [];
      const help = (await runIn({}, 'help', name, ...ofAction)).stdout;
      for (const [, option] of line.matchAll(/--(\w[\w-]*)/g)) expect(help).toMatch(`  --${option}`);
    }
  }
});

test('an unknown command, option, value or argument ends with 2 and a remedy', async () => {
  const wrong = [
    ['nonsense'],
    ['keys', '--nonsense'],
    ['keys', '--type', 'tree'],
    ['keys', '--limit', '0'],
    ['keys', '--limit', '1e3'],
    ['keys', 'a', 'b'],
    ['explain'],
    ['config', '--set=1'],
    ['dead-letters', 'eat'],
    ['dead-letters', 'drop', '--all'],
    ['dead-letters', 'drop', '--yes'],
    ['dead-letters', 'replay'],
    ['completion', 'fish'],
  ];
  for (const argv of wrong) {
    const { code, stdout, stderr } = await runIn({}, ...argv);
    expect({ argv, code, stdout }).toEqual({ argv, code: 2, stdout: '' });
    expect(stderr).toMatch(/^redis-to-mongo: .*(see redis-to-mongo help|add --yes|add an id).*\n$/);
  }
});

test('config shows values with their sources, and no secret', async () => {
  const env = { REDIS_URL: 'redis://me:s3cret@there:1234', MONGO_PASSWORD: 's3cret2', MONGO_USERNAME: 'me' };
  const { code, stdout } = await runIn(env, 'config', '--set');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^REDIS_URL +redis:\/\/\*\*\*@there:1234 +environment$/m);
  expect(stdout).toMatch(/^MONGO_PASSWORD +\*\*\* +environment$/m);
  expect(stdout).not.toMatch(/s3cret|SYNC_INTERVAL_SEC/);
  const json = await runIn(env, 'config', '--json');
  expect(JSON.parse(json.stdout).options).toContainEqual(
    expect.objectContaining({ option: 'SYNC_INTERVAL_SEC', source: 'default', doc: expect.any(String) }),
  );
});

test('a wrong configuration ends with 2 and all that is wrong, as JSON where that was asked for', async () => {
  const env = { REDIS_PORT: 'x', SYNC_INTERVAL_SEC: '-1' };
  const { code, stderr } = await runIn(env, 'keys');
  expect(code).toBe(2);
  expect(stderr).toMatch(/REDIS_PORT.*SYNC_INTERVAL_SEC/s);
  const json = await runIn(env, 'keys', '--json');
  expect(JSON.parse(json.stderr).error.code).toBe('CONFIG_INVALID');
});

test('a server that does not answer ends with 3 and says which one', async () => {
  const env = {
    REDIS_URL: 'redis://:s3cret@127.0.0.1:1',
    MONGO_URI: 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100',
  };
  const { code, stderr } = await runIn(env, 'gaps');
  expect(stderr).toMatch(/^redis-to-mongo: MongoDB does not answer/m);
  expect(code).toBe(3);
});

test('a call without a command shows the usage; with --json, it is an error as any other', async () => {
  for (const argv of [[], ['dead-letters']]) {
    const plain = await runIn({}, ...argv);
    expect(plain).toMatchObject({ code: 2, stdout: '' });
    expect(plain.stderr).toMatch(/^Usage: redis-to-mongo/);
    const json = await runIn({}, ...argv, '--json');
    expect(json).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse(json.stderr)).toEqual({
      error: { code: 'CLI_USAGE', message: `name a command: see redis-to-mongo help ${argv.join()}`.trim() },
    });
  }
});

test('a mistake in a command of a command names both, and the help that has its options', async () => {
  const { code, stderr } = await runIn({}, 'dead-letters', 'list', '--limit', '0');
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^redis-to-mongo: dead-letters list: .*: see redis-to-mongo help dead-letters list$/m,
  );
});

/** The options of servers that accept connections, and never answer. */
async function silentServers() {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return { silent, env: { REDIS_URL: `redis://${host}`, MONGO_URI: `mongodb://${host}` } };
}

test('a comparison that is interrupted before it begins does not call anything equal', async () => {
  const { silent, env } = await silentServers();
  const interrupted = async (...argv: string[]) => {
    const interruption = new Interruption();
    const run = runUntil(interruption, env, 'verify', ...argv);
    await vi.waitFor(() => expect(interruption.isAwaited).toBe(true), { timeout: 20_000 });
    interruption.interrupt('SIGINT');
    return await run;
  };
  const { code, stdout, stderr } = await interrupted();
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toMatch(/^interrupted: no key was compared$/m);
  expect(JSON.parse((await interrupted('--json')).stdout)).toMatchObject({ interrupted: true, keys: 0 });
  silent.close();
});

test('a command that waits for servers says so at once, on standard error, but for --json', async () => {
  const { silent, env } = await silentServers();
  const { stdout, stderr } = await runIn(env, 'status');
  expect(stderr.trim().split('\n').sort()).toEqual([
    'redis-to-mongo: still connecting to MongoDB',
    'redis-to-mongo: still connecting to the queue’s Redis',
    'redis-to-mongo: still connecting to the source Redis',
  ]);
  expect(stdout).not.toContain('still connecting');
  expect((await runIn(env, 'status', '--json')).stderr).toBe('');
  silent.close();
}, 60_000);

test('bash completes commands, actions, options and their values', async () => {
  const { stdout } = await runIn({}, 'completion', 'bash');
  const complete = (...words: string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const script = `${stdout}\nCOMP_WORDS=(redis-to-mongo ${quoted}); COMP_CWORD=${words.length}; _redis_to_mongo; echo "\${COMPREPLY[@]}"`;
    const { stdout: answer, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return answer.trim().split(' ');
  };
  expect(complete('sta')).toEqual(['status']);
  expect(complete('dead-letters', 're')).toEqual(['replay']);
  expect(complete('keys', '--')).toEqual(
    expect.arrayContaining(['--type', '--status', '--sort', '--limit', '--json']),
  );
  expect(complete('keys', '--type', 's')).toEqual(['stream', 'set', 'string']);
  expect(complete('help', 'expl')).toEqual(['explain']);
});

test.each([['-h'], ['--help'], ['keys', '-h'], ['help', 'keys']])(
  'help is shown for %s %s',
  async (...argv) => {
    const { code, stdout } = await runIn({}, ...argv.filter((each) => typeof each === 'string'));
    expect(code).toBe(0);
    expect(stdout).toContain('-h, --help');
  },
);

test.each(['-V', '--version'])('%s shows the version', async (argument) => {
  const { code, stdout } = await runIn({}, argument);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^redis-to-mongo \d+\.\d+\.\d+\n$/),
  });
});

test.each([
  [['statsu'], 'status'],
  [['Verfy'], 'verify'],
  [['keys', '--stauts', 'active'], '--status'],
  [['dead-letters', 'reply'], 'replay'],
])('a word that is mistyped is asked back: %j', async (argv, meant) => {
  const { code, stderr } = await runIn({}, ...argv);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`(Did you mean ${meant}?)`) });
});

test('a word that is like none is not asked back, and no secret in a word is shown', async () => {
  const { stderr } = await runIn({}, 'redis://me:s3cret@host');
  expect(stderr).not.toMatch(/did you mean|s3cret/i);
  const to = await runIn({}, 'restore', '*', '--to', 'me:s3cret@host:6379');
  expect(to.stderr).toContain('write --to redis://[user:password@]host');
  expect(to.stderr).not.toContain('s3cret');
});

test('a wrong value names the option and what it may be', async () => {
  const stderr = async (...argv: string[]) => (await runIn({}, ...argv)).stderr;
  expect(await stderr('keys', '--type', 'strem')).toMatch(/--type.*'strem'.*choices are stream, set, .*json/);
  expect(await stderr('keys', '--limit', '0')).toMatch(/--limit.*'0'.*from 1 to 1000000/);
  expect(await stderr('keys', '--limit')).toMatch(/keys: option '--limit <N>' argument missing/);
  expect(await stderr('dead-letters', 'list', '--since', 'noon')).toMatch(
    /--since.*'noon'.*2026-01-31T12:00Z/,
  );
});

test('options of all commands may stand before the command, too, and what looks like one behind -- is none', async () => {
  const { code, stdout } = await runIn({}, '--json', 'config', '--set');
  expect({ code, json: JSON.parse(stdout) }).toMatchObject({ code: 0, json: { options: [] } });
  const { stderr } = await runIn({}, 'config', '--', '--json');
  expect(stderr).toMatch(/^redis-to-mongo: config: too many arguments/);
});

const hasZsh = spawnSync('zsh', ['--version']).status === 0;

/** A terminal with an interactive zsh, whose completions are read from the folder $1; TAB is pressed once. */
const FIRST_TAB = `
zmodload zsh/zpty
zpty -b z zsh -f -i
out=''
until_has() { local n=0 piece; while [[ $out != *$1* ]] && (( n++ < 600 )); do
  piece=''; if zpty -r -t z piece; then out+=$piece; else sleep 0.05; fi
done }
zpty -w z "PS1='> '; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -u -D; bindkey '^I' complete-word; print REA''DY"
until_has READY
out=''
zpty -w -n z $'redis-to-mongo sta\\t'
until_has 'status'
print -r -- $out
zpty -d z`;

test.skipIf(!hasZsh)(
  'zsh completes at the first TAB (needs zsh)',
  async () => {
    const { stdout } = await runIn({}, 'completion', 'zsh');
    const folder = mkdtempSync(join(tmpdir(), 'r2m-zsh-'));
    try {
      writeFileSync(join(folder, '_redis-to-mongo'), stdout);
      const { stdout: terminal } = spawnSync('zsh', ['-f', '-c', FIRST_TAB, 'zsh', folder], {
        encoding: 'utf8',
      });
      expect(terminal).toContain('redis-to-mongo status');
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  60_000,
);

test('the zsh script names all commands and options', async () => {
  const { stdout } = await runIn({}, 'completion', 'zsh');
  for (const { name } of allCommands()) expect(stdout).toContain(`    ${name}) _arguments `);
  expect(stdout).toContain(
    "'--type[show only keys of this type]:T:(stream set zset hash list string json vectorset timeseries)'",
  );
  expect(stdout).toContain("'1:action:(list show replay drop)'");
});
