import type { FleetStatus, TrimForecast } from '@redis-to-mongo/mongo-sink';
import type { Command } from '../command.js';
import type { Output } from '../output.js';
import type { Servers } from '../servers.js';
import { bad, coloured, grouped } from '../table.js';
import { fromNow } from '../times.js';

/** The queue as it is now. */
interface QueueStatus {
  readonly workers: number;
  /** Jobs by their state. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Keys with a repeatable job. */
  readonly schedules: number;
  /** Jobs that should have run and have stopped. */
  readonly stopped: number;
}

export const status: Command = {
  name: 'status',
  forms: [''],
  about:
    'Tells how far the mirror is: keys and entries by type, what is behind, what was lost, errors, and the queue with its\n' +
    'workers. It reports; doctor judges. Lags are as of each key’s last sync.',
  args: { min: 0, max: 0 },
  options: {},
  examples: [
    ['status', 'the fleet at a glance'],
    ['status --json', 'the same for machines'],
  ],
  async run({ out, servers }) {
    const { readForecasts, readStatus } = await import('@redis-to-mongo/mongo-sink');
    const db = await servers.db();
    const [mirror, queue, forecasts] = await Promise.all([
      readStatus(db),
      readQueue(servers),
      readForecasts(db),
    ]);
    if (out.isJson) out.json({ mirror, queue, forecasts });
    else print(out, mirror, queue, forecasts);
    return 'ok';
  },
};

async function readQueue(servers: Servers): Promise<QueueStatus> {
  const { redisError } = await import('@redis-to-mongo/redis-connection');
  const queue = await servers.queue();
  try {
    const [workers, jobs, schedules, stopped] = await Promise.all([
      queue.queue.getWorkersCount(),
      queue.queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
      queue.schedulerCount(),
      queue.stoppedSchedulers(),
    ]);
    return { workers, jobs, schedules, stopped: stopped.length };
  } catch (error) {
    throw redisError(error, 'queue');
  }
}

function print(
  out: Output,
  { types, backlogs, errors }: FleetStatus,
  queue: QueueStatus,
  forecasts: readonly TrimForecast[],
): void {
  const total = (name: 'lag' | 'gap' | 'dead' | 'failing' | 'paused') =>
    types.reduce((sum, type) => sum + type[name], 0);
  const { waiting = 0, active = 0, delayed = 0, failed = 0 } = queue.jobs;
  const lag = total('lag');
  out.facts([
    [
      'mirror',
      lag === 0 ? coloured('in step', 'green') : coloured(`${grouped(lag)} entries behind`, 'yellow'),
    ],
    ['lost', loss(total('gap'), 'entries in gaps: see gaps')],
    ['refused', loss(total('dead'), 'entries: see dead-letters list')],
    ['failing', loss(total('failing'), 'keys: see keys --status failing')],
    ['paused', paused(total('paused'))],
    ['workers', queue.workers === 0 ? coloured('none is connected', 'red') : queue.workers],
    [
      'jobs',
      `${grouped(waiting)} waiting, ${active} running, ${grouped(delayed)} planned, ${failed} failed lately`,
    ],
    ['schedules', queue.stopped === 0 ? queue.schedules : coloured(`${queue.stopped} have stopped`, 'red')],
  ]);
  out.line();
  out.table(
    ['TYPE', '>KEYS', '>ACTIVE', '>DELETED', '>SEEN', '>WRITTEN', '>LAG', '>GAPS', '>DEAD', '>FAILING'],
    types.map((type) => [
      type.keyType,
      type.keys,
      type.active,
      type.deleted,
      type.seen,
      type.written,
      type.lag,
      bad(type.gap),
      bad(type.dead),
      bad(type.failing),
    ]),
  );
  if (backlogs.length > 0) {
    out.heading('Furthest behind');
    out.table(
      ['KEY', '>LAG', '>SEEN'],
      backlogs.map(({ key, lag: left, seen }) => [key, left, seen]),
    );
  }
  if (forecasts.length > 0) {
    out.heading('Trimmed faster than read');
    out.table(
      ['KEY', 'UNREAD ENTRIES ARE LOST'],
      forecasts.map(({ key, at }) => [key, coloured(fromNow(at), 'red')]),
    );
  }
  if (errors.length > 0) {
    out.heading('Newest errors');
    out.table(
      ['KEY', 'CODE', 'WHEN', 'MESSAGE'],
      errors.map(({ key, code, at, message }) => [key, coloured(code, 'red'), fromNow(at), message]),
    );
  }
}

function paused(keys: number) {
  return keys === 0
    ? coloured('nothing', 'green')
    : coloured(`${grouped(keys)} keys: see keys --status paused`, 'yellow');
}

function loss(count: number, where: string) {
  return count === 0 ? coloured('nothing', 'green') : coloured(`${grouped(count)} ${where}`, 'red');
}
