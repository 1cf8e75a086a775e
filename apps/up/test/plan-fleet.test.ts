import { loadConfig } from '@redis-to-mongo/config';
import { describe, expect, test } from 'vitest';
import { planFleet } from '../src/plan-fleet.js';
import { LinePrefixer } from '../src/prefix-lines.js';
import { afterEnd } from '../src/restart-policy.js';
import { UP_OPTIONS, workersIn } from '../src/up-options.js';

const places = {
  workers: 2,
  isTerminal: false,
  fileOf: (name: string) => new URL(`file:///apps/${name}/dist/main.js`),
  args: ['--workers', '2', '--config', 'mine.json'],
};
const plansFor = (env: Record<string, string>, more: Partial<typeof places> = {}) =>
  planFleet(loadConfig({ env, cwd: '/' }), { ...places, ...more });

describe('the processes of a fleet on one machine', () => {
  test('are a scheduler, the workers and a dashboard, with the same configuration file', () => {
    expect(plansFor({}).map(({ name, file, args }) => [name, file, args.join(' ')])).toEqual([
      ['scheduler', '/apps/scheduler/dist/main.js', '--config mine.json'],
      ['worker-1', '/apps/worker/dist/main.js', '--config mine.json'],
      ['worker-2', '/apps/worker/dist/main.js', '--config mine.json'],
      ['dashboard', '/apps/dashboard/dist/main.js', '--config mine.json'],
    ]);
  });

  test('share no port: the first one that asks for it has it, and the dashboard comes first', () => {
    const ports = {
      SCHEDULER_HTTP_PORT: '8080',
      WORKER_HTTP_PORT: '9000',
      DASHBOARD_PORT: '8080',
      DASHBOARD_HTTP_PORT: '9000',
    };
    expect(plansFor(ports).map(({ env: { LOG_FORMAT: _, ...env } }) => env)).toEqual([
      { SCHEDULER_HTTP_PORT: '0' },
      { WORKER_HTTP_PORT: '0' },
      { WORKER_HTTP_PORT: '0' },
      {},
    ]);
    expect(plansFor({ WORKER_HTTP_PORT: '9000' }).map(({ env }) => env.WORKER_HTTP_PORT)).toEqual([
      undefined,
      undefined,
      '0',
      undefined,
    ]);
  });

  test('log for people on a terminal, where the dashboard may show the password that it made up', () => {
    const formats = (env: Record<string, string>, isTerminal: boolean) =>
      new Set(plansFor(env, { isTerminal }).map((each) => each.env.LOG_FORMAT));
    expect([formats({}, true), formats({}, false)]).toEqual([new Set(['pretty']), new Set(['json'])]);
    expect(formats({ LOG_FORMAT: 'json' }, true)).toEqual(new Set(['json']));
    expect(plansFor({}, { isTerminal: true }).map((each) => each.hasTerminal)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});

test('workers are counted from 1 to 64', () => {
  const { problem } = UP_OPTIONS.workers;
  expect(['1', '64'].map(problem)).toEqual([undefined, undefined]);
  for (const wrong of ['0', '65', '-1', '1.5', 'two', ''])
    expect(problem(wrong)).toContain('write a whole number from 1 to 64');
  expect([workersIn([]), workersIn(['--workers', '3', '--config', 'a'])]).toEqual([1, 3]);
});

test('a process that dies waits longer each time, and is given up after a wrong configuration or too many starts', () => {
  expect([1, 2, 3, 4, 5].map((times) => afterEnd(1, times))).toEqual(
    [500, 1_000, 2_000, 4_000, 8_000].map((restartInMs) => ({ restartInMs })),
  );
  expect(afterEnd(null, 1)).toEqual({ restartInMs: 500 });
  expect(afterEnd(1, 6)).toMatchObject({
    giveUp: expect.stringContaining('6 times'),
    isConfiguration: false,
  });
  expect(afterEnd(2, 1)).toMatchObject({ isConfiguration: true });
});

test('each line names the process it comes from', () => {
  const prefixer = new LinePrefixer(['scheduler', 'worker-1'], false);
  expect(JSON.parse(prefixer.line('worker-1', '{"level":"info","msg":"a"}'))).toEqual({
    process: 'worker-1',
    level: 'info',
    msg: 'a',
  });
  expect(prefixer.line('worker-1', 'for people')).toBe('worker-1  | for people\n');
});
