import type { QueueFacts } from '@redis-to-mongo/job-queue';
import { expect, test } from 'vitest';
import { judge } from '../src/index.js';
import { aMirror, aQueue, IN_CHARGE, NOW, someFacts, WORKER } from './some-facts.js';

const LATE = { due: 3, dueMs: 90_000, untriedMs: 90_000, waiting: 3, waitingMs: 90_000 };
const RETRYING = { code: 'MONGO_UNAVAILABLE', message: 'MongoDB does not answer', forMs: 30_000 };

/** The remedies for what waits. */
function remedies(queue: Partial<QueueFacts>, failing = 0): readonly string[] {
  const { reasons } = judge(someFacts({ queue: aQueue(queue), mirror: aMirror({ failing }) }), NOW);
  return reasons.flatMap(({ code, remedy }) => (/^changes-waiting|^jobs-late/.test(code) ? [remedy] : []));
}

test('more workers are the remedy while the workers have too much to do', () => {
  expect(remedies(LATE)).toEqual([
    expect.stringContaining('Add workers'),
    expect.stringContaining('add workers'),
  ]);
});

test('they are none for keys that fail: the remedy is to look at their errors', () => {
  for (const dueMs of [5_000, 90_000]) {
    const [remedy = '', ...others] = remedies({ due: 1, dueMs, untriedMs: 800 });
    expect(others).toEqual([]);
    expect(remedy).toContain('More workers would not help');
    expect(remedy).toContain('redis-to-mongo keys --status failing');
  }
});

test('nor while one of them is being tried again, when it counts as untried; but a key that does not fail may need them', () => {
  const queue = { due: 2, dueMs: 90_000, untriedMs: 90_000 };
  expect(remedies(queue, 2)[0]).toContain('More workers would not help');
  expect(remedies(queue, 1)[0]).toContain('Add workers');
});

test.each([
  ['no worker runs', [IN_CHARGE], 'until a worker runs'],
  ['all workers have paused', [IN_CHARGE, { ...WORKER, state: 'paused', code: 'MONGO_AUTH' }], 'are paused'],
  ['all workers retry', [IN_CHARGE, { ...WORKER, retrying: RETRYING }], 'are retrying'],
] as const)('nor while %s', (_, processes, why) => {
  const said = remedies({ ...LATE, processes });
  expect(said).toHaveLength(2);
  for (const remedy of said) {
    expect(remedy).toContain(why);
    expect(remedy).not.toMatch(/add workers|catching up/i);
  }
});

test('one worker of two that retries is no reason to expect nothing of the other', () => {
  const processes = [IN_CHARGE, WORKER, { ...WORKER, retrying: RETRYING }];
  expect(remedies({ ...LATE, processes })[0]).toContain('Add workers');
});

test('an active scheduler that says why it does not belong to the fleet is not taken for one with another queue', () => {
  const why = 'this queue is for the database b, and this configuration writes to a: check MONGO_DB_NAME';
  const of = (more: object) =>
    judge(
      someFacts({
        queue: aQueue({ processes: [{ ...IN_CHARGE, code: 'FLEET_MISMATCH', ...more }, WORKER] }),
      }),
      NOW,
    ).reasons;
  expect(of({ why })).toEqual([
    {
      code: 'other-fleet',
      level: 'broken',
      what: 'The active scheduler does not belong to the fleet of this queue',
      remedy: `Stop it, or fix its options: ${why}.`,
    },
  ]);
  expect(of({})).toMatchObject([{ what: 'A fleet with another queue writes to this database, too' }]);
});
