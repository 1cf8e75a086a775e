import type { Heartbeat } from '@redis-to-mongo/job-queue';
import { asSyncError, SyncError } from '@redis-to-mongo/pipeline';
import { expect, test } from 'vitest';
import { type FleetFacts, judge } from '../src/index.js';
import { aMirror, aQueue, IN_CHARGE, NOW, someFacts, WORKER } from './some-facts.js';

const away = { error: new SyncError('REDIS_UNAVAILABLE', 'transient', 'Redis does not answer') };
const late = { error: new SyncError('STATUS_TIMEOUT', 'transient', 'MongoDB did not answer within 6 s') };
const lag = { entries: 1234, ms: 0, keys: 2, worst: [] };

test('it is complete when every fact is known and says so', () => {
  expect(judge(someFacts(), NOW)).toEqual({
    level: 'complete',
    title: 'The mirror is complete, 0.4 s behind',
    reasons: [],
    behindMs: 400,
  });
});

test('where keys are polled, it is as far behind as the last poll, and not complete once the next one is late', () => {
  const changes = { by: 'polling', everyMs: 30_000 } as const;
  const polledAgo = (searchedMs: number) =>
    judge(someFacts({ queue: aQueue({ processes: [{ ...IN_CHARGE, searchedMs, changes }, WORKER] }) }), NOW);
  expect(polledAgo(29_000)).toMatchObject({ title: 'The mirror is complete, 29 s behind', behindMs: 29_000 });
  expect(polledAgo(37_000)).toMatchObject({ level: 'behind', reasons: [{ code: 'searching' }] });
});

const cases: readonly [string, Partial<FleetFacts>, level: string, code: string, title: string | RegExp][] = [
  [
    'no answer of the queue',
    { queue: away },
    'broken',
    'queue-unreadable',
    'The queue’s Redis cannot be read',
  ],
  ['no answer of MongoDB', { mirror: away }, 'broken', 'target-unreadable', 'MongoDB cannot be read'],
  [
    'a MongoDB that takes writes, but is slow to answer',
    { mirror: late },
    'unknown',
    'target-slow',
    'MongoDB is too slow to say what it holds',
  ],
  [
    'a MongoDB that answers nothing in time',
    { mirror: late, mirrorWrites: late },
    'broken',
    'target-unreadable',
    'MongoDB cannot be read',
  ],
  [
    'no answer of the source',
    { source: away },
    'broken',
    'source-unreachable',
    /source Redis cannot be read/,
  ],
  ['a queue without memory', { queueWrites: away }, 'broken', 'queue-refuses-writes', /accepts no writes/],
  ['a MongoDB that refuses', { mirrorWrites: away }, 'broken', 'target-refuses-writes', /accepts no writes/],
  ['an old reading', { at: NOW - 33_000 }, 'unknown', 'reading-old', 'The last reading is 33 s old'],
  ['no lease', { queue: aQueue({ isLeased: false }) }, 'broken', 'no-scheduler', 'No scheduler is active'],
  [
    'a lease of one that is gone',
    { queue: aQueue({ processes: [WORKER, { app: 'scheduler', state: 'standby' }] }) },
    'broken',
    'no-scheduler',
    'No scheduler is active',
  ],
  ['no worker', { queue: aQueue({ processes: [IN_CHARGE] }) }, 'broken', 'no-worker', 'No worker is running'],
  [
    'workers that wait for their settings',
    { queue: aQueue({ processes: [IN_CHARGE, { app: 'worker', state: 'paused', code: 'MONGO_AUTH' }] }) },
    'broken',
    'workers-paused',
    'All workers have paused: MONGO_AUTH',
  ],
  [
    'a clock that is wrong, whatever it makes of the delays',
    {
      queue: aQueue({
        processes: [IN_CHARGE, { ...WORKER, clockAheadMs: -86_400_000 }],
        waitingMs: 86_400_000,
        usualMs: 86_400_000,
      }),
    },
    'unknown',
    'clocks-differ',
    'The clock of a worker is 24 h 0 min behind, by that of the queue’s Redis',
  ],
  [
    'processes whose options differ',
    {
      queue: aQueue({
        processes: [
          { ...IN_CHARGE, options: { KEY_INCLUDE: 'a', KEY_TYPES: 't', RULES: 'r' } },
          { app: 'scheduler', state: 'standby', options: { KEY_INCLUDE: 'b', KEY_TYPES: 't', RULES: 'r' } },
          { ...WORKER, options: { KEY_TYPES: 't', RULES: 's' } },
        ],
      }),
    },
    'unknown',
    'options-differ',
    'Schedulers or workers differ in KEY_INCLUDE, RULES, or did until a moment ago',
  ],
  [
    'a worker with other options that ended a moment ago',
    {
      queue: aQueue({
        processes: [
          { ...IN_CHARGE, options: { KEY_TYPES: 'all' } },
          { ...WORKER, options: { KEY_TYPES: 'all' } },
        ],
        left: [{ ...WORKER, options: { KEY_TYPES: 'few' } }],
      }),
    },
    'unknown',
    'options-differ',
    'Schedulers or workers differ in KEY_TYPES, or did until a moment ago',
  ],
  [
    'a worker that reads another server than the scheduler',
    {
      queue: aQueue({
        processes: [
          { ...IN_CHARGE, source: { servers: ['new'] } },
          { ...WORKER, source: { servers: ['old', 'new'] } },
        ],
      }),
    },
    'behind',
    'servers-differ',
    /do not read the same servers/,
  ],
  [
    'a worker that read another server until a moment ago',
    {
      queue: aQueue({
        processes: [
          { ...IN_CHARGE, source: { servers: ['new'], movedMs: 100 } },
          { ...WORKER, source: { servers: ['new'], movedMs: 4_000 } },
        ],
      }),
    },
    'behind',
    'servers-differ',
    /or did not until a moment ago/,
  ],
  [
    'a scheduler that has met another fleet in its database',
    {
      queue: aQueue({
        processes: [{ app: 'scheduler', state: 'active', searchedMs: 100, code: 'FLEET_MISMATCH' }, WORKER],
      }),
    },
    'broken',
    'other-fleet',
    'A fleet with another queue writes to this database, too',
  ],
  [
    'a scheduler that has met a capped collection',
    { queue: aQueue({ processes: [{ ...IN_CHARGE, code: 'COLLECTION_UNUSABLE' }, WORKER] }) },
    'broken',
    'target-unusable',
    /a kind that loses documents/,
  ],
  ['a paused queue', { queue: aQueue({ isPaused: true }) }, 'broken', 'queue-paused', 'The queue is paused'],
  [
    'a search that fails',
    { queue: aQueue({ processes: [{ ...IN_CHARGE, searchedMs: 120_000, code: 'REDIS_UNKNOWN' }, WORKER] }) },
    'broken',
    'search-failing',
    'The search for keys has failed for 2 min 0 s',
  ],
  [
    'a search that has never succeeded',
    { queue: aQueue({ processes: [{ app: 'scheduler', state: 'active', code: 'REDIS_AUTH' }, WORKER] }) },
    'broken',
    'search-failing',
    'The search for keys has not succeeded yet',
  ],
  [
    'a first search under way',
    { queue: aQueue({ processes: [{ app: 'scheduler', state: 'active' }, WORKER] }) },
    'behind',
    'searching',
    /Changes may have been missed/,
  ],
  [
    'a sweep that has to find what was missed',
    { queue: aQueue({ sweepPending: 'MongoDB holds fewer keys than it should' }) },
    'behind',
    'searching',
    /Changes may have been missed/,
  ],
  [
    'keys that a sweep has just requested, since changes may have been missed',
    { queue: aQueue({ isCatchingUp: true, due: 3, dueMs: 200 }) },
    'behind',
    'searching',
    /Changes may have been missed/,
  ],
  [
    'a scheduler that has not said for a while that it misses nothing',
    { queue: aQueue({ processes: [{ ...IN_CHARGE, searchedMs: 20_000 }, WORKER] }) },
    'behind',
    'searching',
    /Changes may have been missed/,
  ],
  [
    'no scheduler that is awake, beside one that was paused while it was in charge',
    {
      queue: aQueue({
        processes: [{ ...IN_CHARGE, searchedMs: 7_000 }, { ...IN_CHARGE, searchedMs: 9_000 }, WORKER],
      }),
    },
    'behind',
    'searching',
    /Changes may have been missed/,
  ],
  [
    'workers that retry, the longest first',
    {
      queue: aQueue({
        processes: [
          IN_CHARGE,
          {
            ...WORKER,
            retrying: { code: 'MONGO_CONFLICT', message: 'MongoDB: two writes conflicted', forMs: 4_000 },
          },
          {
            ...WORKER,
            retrying: { code: 'MONGO_NOT_PRIMARY', message: 'MongoDB: it is not the primary', forMs: 12_000 },
          },
          { ...WORKER, retrying: { code: 'MONGO_TIMEOUT', message: 'a moment', forMs: 900 } },
        ],
        due: 2,
        dueMs: 5_000,
      }),
    },
    'behind',
    'workers-retrying',
    '2 workers have been retrying for 12 s: MONGO_NOT_PRIMARY',
  ],
  [
    'a change that waits',
    { queue: aQueue({ due: 2, dueMs: 5_000, untriedMs: 5_000 }) },
    'behind',
    'changes-waiting',
    'Changes have been waiting for 5.0 s, of 2 keys',
  ],
  [
    'a change that waits for long',
    { queue: aQueue({ due: 1, dueMs: 90_000, untriedMs: 90_000 }) },
    'broken',
    'changes-waiting-long',
    'Changes have been waiting for 1 min 30 s, of 1 key',
  ],
  [
    'a change of a failing key that waits for long',
    { queue: aQueue({ due: 1, dueMs: 90_000, untriedMs: 800 }) },
    'broken',
    'changes-waiting-long',
    'Changes of failing keys have been waiting for 1 min 30 s',
  ],
  [
    'late jobs',
    { queue: aQueue({ waiting: 9, waitingMs: 45_000 }) },
    'behind',
    'jobs-late',
    'Jobs are 45 s late',
  ],
  ['entries behind', { mirror: aMirror({ lag }) }, 'behind', 'entries-behind', '1,234 entries behind'],
  ['failing keys', { mirror: aMirror({ failing: 1, lag }) }, 'broken', 'keys-failing', '1 key fails'],
  [
    'keys whose own document is refused',
    { mirror: aMirror({ refused: { keys: 2, last: { key: 'user:1', code: 121 } } }) },
    'broken',
    'keys-refused',
    'MongoDB refuses the documents of 2 keys in the collection keys',
  ],
  [
    'losses of the last hour',
    { mirror: aMirror({ lostLately: 12 }) },
    'broken',
    'entries-lost',
    '12 entries were lost in the last hour',
  ],
  [
    'records that are dead letters',
    { mirror: aMirror({ deadLetters: 2 }) },
    'behind',
    'records-refused',
    'MongoDB lacks 2 records that it refused',
  ],
  [
    'keys without a document',
    { queue: aQueue({ schedulers: 3032 }), mirror: aMirror({ activeScheduled: 155 }) },
    'behind',
    'keys-missing',
    '2,877 scheduled keys are not active in MongoDB',
  ],
  [
    'keys without a document, all of them noted as due',
    {
      queue: aQueue({ schedulers: 3032, due: 3032 }),
      mirror: aMirror({ activeScheduled: 155 }),
    },
    'behind',
    'keys-missing',
    '2,877 scheduled keys are not active in MongoDB',
  ],
  [
    'a master of the source cluster that is down, beside two that answer',
    { source: { is: { masters: 3, silent: ['10.0.0.7:6379'] } } },
    'broken',
    'source-unreachable',
    '1 of 3 masters of the source cluster does not answer',
  ],
  [
    'a source that is a replica without its primary',
    { source: { is: { masters: 1, silent: [], cutOffMs: 65_000 } } },
    'broken',
    'source-unreachable',
    'The source Redis is a replica that has lost its primary for 1 min 5 s',
  ],
  [
    'paused streams with entries unread',
    { pausedUnread: { is: { entries: 500, streams: 1, unknown: 0 } } },
    'behind',
    'paused-unread',
    '500 entries are unread in 1 paused stream',
  ],
  [
    'paused values',
    { pausedUnread: { is: { entries: 0, streams: 0, unknown: 3 } } },
    'behind',
    'paused-unknown',
    '3 paused keys may have changed',
  ],
  [
    'paused streams that nobody can be asked about',
    { pausedUnread: away },
    'unknown',
    'paused-unknown',
    /not known/,
  ],
  [
    'entries that are about to be lost',
    { mirror: aMirror({ forecasts: [{ key: 'orders', at: new Date(NOW + 725_000) }] }) },
    'broken',
    'about-to-lose',
    'Entries of orders will be lost in 12 min 5 s',
  ],
  [
    'settings of another fleet',
    {
      identity: { is: { is: 'other', what: 'this queue is for another source', options: ['QUEUE_PREFIX'] } },
    },
    'broken',
    'other-fleet',
    'These settings are not those of the fleet',
  ],
  [
    'settings that may be those of another fleet',
    { identity: { is: { is: 'unsure', what: 'the fleet reads other servers', options: ['REDIS_URL'] } } },
    'unknown',
    'other-fleet',
    'These settings may be those of another fleet',
  ],
  [
    'no key at all',
    { queue: aQueue({ schedulers: 0 }), mirror: aMirror({ hasKeys: false, activeScheduled: 0 }) },
    'empty',
    'nothing-found',
    'No keys are mirrored',
  ],
];

test('of a Redis that has no key asks whether it lost its data', () => {
  const none = { queue: aQueue({ schedulers: 0 }), mirror: aMirror({ hasKeys: false, activeScheduled: 0 }) };
  expect(judge(someFacts(none), NOW).reasons[0]?.remedy).toMatch(/lost its data.*REDIS_URL.*KEY_INCLUDE/);
});

const FOREIGN = { is: 'unsure', what: 'a fleet with another queue writes there', options: [] } as const;

test.each([
  ['its marks and heartbeats', { isLeased: false, processes: [] }],
  ['its mark alone', {}],
])('a queue whose Redis evicts %s is not taken for another fleet’s', (_, gone) => {
  const queue = aQueue({ isEvicting: true, ...gone });
  const { reasons } = judge(someFacts({ identity: { is: FOREIGN }, queue }), NOW);
  expect(reasons.map(({ code }) => code)).toEqual(['queue-evicts']);
});

test('a queue whose Redis accepts no writes has no fresh marks: it is not taken for another fleet’s', () => {
  const error = new SyncError('REDIS_OUT_OF_MEMORY', 'configuration', 'its memory is full');
  const { reasons } = judge(someFacts({ identity: { is: FOREIGN }, queueWrites: { error } }), NOW);
  expect(reasons.map(({ code }) => code)).toEqual(['queue-refuses-writes']);
});

test('settings of another fleet: its queue is not compared with this target', () => {
  const { reasons } = judge(
    someFacts({
      identity: { is: { is: 'other', what: 'this queue is for another target', options: ['MONGO_DB_NAME'] } },
      queue: aQueue({ targetCounter: 5 }),
      mirror: aMirror({ activeScheduled: 0 }),
    }),
    NOW,
  );
  expect(reasons.map(({ code }) => code)).toEqual(['other-fleet']);
});

test('a target that was dropped has no mark: its keys are missing all the same', () => {
  const { reasons } = judge(
    someFacts({
      identity: { is: { is: 'unsure', what: 'the database has no mark', options: ['MONGO_DB_NAME'] } },
      mirror: aMirror({ activeScheduled: 0 }),
    }),
    NOW,
  );
  expect(reasons.map(({ code }) => code)).toEqual(['other-fleet', 'keys-missing']);
});

test('nothing is said of keys that were not found while no scheduler looks for them', () => {
  const queue = aQueue({ schedulers: 0, isLeased: false });
  const { reasons } = judge(
    someFacts({ queue, mirror: aMirror({ hasKeys: false, activeScheduled: 0 }) }),
    NOW,
  );
  expect(reasons.map(({ code }) => code)).not.toContain('nothing-found');
});

const BARE_COMMAND =
  /(?<!redis-to-mongo )\b(doctor|gaps|dead-letters|verify --|resume PATTERN|keys --|config\b)/;

test.each(cases)('%s: it is not complete', (_name, more, level, code, title) => {
  const verdict = judge(someFacts(more), NOW);
  expect(verdict.level).toBe(level);
  expect(verdict.title).toMatch(title);
  expect(verdict.reasons[0]?.code).toBe(code);
  for (const { what, remedy } of verdict.reasons) {
    expect(what && remedy).not.toBe('');
    expect(remedy, 'each command begins with the name of the program').not.toMatch(BARE_COMMAND);
  }
});

test('a few new keys that are due already are no reason, and a moment is none', () => {
  const queue = aQueue({ schedulers: 1000, due: 3, dueMs: 900, waiting: 3, waitingMs: 900 });
  expect(judge(someFacts({ queue, mirror: aMirror({ activeScheduled: 997 }) }), NOW).level).toBe('complete');
});

test('a clock that differs by a moment is none that is wrong', () => {
  const queue = aQueue({ processes: [IN_CHARGE, { ...WORKER, clockAheadMs: 2_900 }] });
  expect(judge(someFacts({ queue }), NOW).level).toBe('complete');
});

test('the worst comes first, and every other reason behind it', () => {
  const facts = someFacts({
    queue: aQueue({ processes: [], dueMs: 9_000, due: 1 }),
    mirror: aMirror({ lag, failing: 2 }),
    at: NOW - 60_000,
  });
  expect(judge(facts, NOW).reasons.map(({ code }) => code)).toEqual([
    'no-scheduler',
    'no-worker',
    'keys-failing',
    'reading-old',
    'changes-waiting',
    'entries-behind',
  ]);
});

test('a scheduler that stands by is not asked to be started', () => {
  const remedyOf = (processes: readonly Heartbeat[]) =>
    judge(someFacts({ queue: aQueue({ isLeased: false, processes }) }), NOW).reasons[0]?.remedy;
  expect(remedyOf([WORKER])).toMatch(/Start one/);
  expect(remedyOf([WORKER, { app: 'scheduler', state: 'standby' }])).toMatch(/takes over within seconds/);
});

test('while the queue accepts no writes, nobody is said to be missing: nobody can report', () => {
  const queue = aQueue({ isLeased: false, processes: [] });
  const { reasons } = judge(someFacts({ queue, queueWrites: away }), NOW);
  expect(reasons.map(({ code }) => code)).toEqual(['queue-refuses-writes']);
});

test('what an unexpected error says is not shown: it may quote data', () => {
  const mirror = { error: asSyncError(new Error('dup key: {email: "me@example.org"}')) };
  const { reasons } = judge(someFacts({ mirror }), NOW);
  expect(JSON.stringify(reasons)).not.toContain('example.org');
  expect(reasons[0]?.remedy).toContain('UNEXPECTED');
});

test('what waits in a paused queue asks for no more workers', () => {
  const queue = aQueue({ isPaused: true, due: 3, dueMs: 90_000, waiting: 3, waitingMs: 90_000 });
  const { reasons } = judge(someFacts({ queue }), NOW);
  expect(reasons.map(({ code }) => code)).toEqual(['queue-paused', 'changes-waiting-long', 'jobs-late']);
  for (const { remedy } of reasons) expect(remedy).toMatch(/Resume the queue/);
});
