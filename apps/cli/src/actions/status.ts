import { setTimeout as sleep } from 'node:timers/promises';
import {
  type FleetFacts,
  judge,
  leftOutText,
  type Verdict,
  type VerdictLevel,
} from '@redis-to-mongo/fleet-status';
import {
  type ChangesHeard,
  changesHeardIn,
  hasActiveScheduler,
  type QueueFacts,
  workersOf,
} from '@redis-to-mongo/job-queue';
import { type FleetStatus, readStatus, type TrimForecast } from '@redis-to-mongo/mongo-sink';
import { shownKey } from '@redis-to-mongo/pipeline';
import { bad, type Cell, colored, counted, grouped } from '@redis-to-mongo/terminal';
import type { Clients } from '../clients.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { INTERRUPTED } from '../interruption.js';
import type { Output } from '../output.js';
import { fromNow } from '../times.js';

export async function status(
  { out, clients, interruption }: Call,
  { watch }: { readonly watch?: boolean | undefined },
): Promise<Ending> {
  if (!watch) return await show(out, clients, (status) => out.json(status));
  for (let isFirst = true; ; isFirst = false) {
    if (!out.isJson && (out.stdout.isTTY === true || !isFirst)) out.screen();
    const ending = await show(out, clients, (status) => out.jsonLine(status));
    if ((await interruption.until(sleep(EVERY_MS))) === INTERRUPTED) return 'interrupted';
    if (interruption.isUnread) return ending;
  }
}

/** Time between two readings of --watch, in ms. */
const EVERY_MS = 2_000;

async function show(
  out: Output,
  clients: Clients,
  writeJson: (status: Readonly<Record<string, unknown>>) => void,
): Promise<Ending> {
  const facts = await clients.facts();
  const mirror = 'is' in facts.mirror ? await readStatus(await clients.db()) : undefined;
  const verdict = judge(facts);
  if (out.isJson)
    writeJson({ verdict, mirror: mirror ?? null, queue: queueOf(facts), forecasts: forecastsOf(facts) });
  else print(out, verdict, facts, mirror);
  return endingOf(verdict, facts);
}

/** The exit code. A server that does not answer has another code than an incomplete mirror. */
function endingOf(verdict: Verdict, { queue, mirror, source }: FleetFacts): Ending {
  const errors = [queue, mirror, source].flatMap((fact) => ('error' in fact ? [fact.error] : []));
  if (errors.some(({ errorClass }) => errorClass === 'configuration')) return 'usage';
  if (errors.length > 0) return 'unavailable';
  return verdict.level === 'complete' ? 'ok' : 'failed';
}

function queueOf({ queue }: FleetFacts) {
  if (!('is' in queue)) return { error: queue.error.code };
  const { processes, schedulers, ...facts } = queue.is;
  return { ...facts, ...aliveIn(queue.is), schedules: schedulers };
}

function aliveIn(queue: QueueFacts): { readonly workers: number; readonly schedulers: number } {
  const workers = workersOf(queue);
  return { workers, schedulers: queue.processes.length - workers };
}

function forecastsOf({ mirror }: FleetFacts): readonly TrimForecast[] {
  return 'is' in mirror ? mirror.is.forecasts : [];
}

const COLORS: Readonly<Record<VerdictLevel, 'green' | 'yellow' | 'red'>> = {
  complete: 'green',
  behind: 'yellow',
  unknown: 'yellow',
  empty: 'yellow',
  broken: 'red',
};

function print(out: Output, verdict: Verdict, facts: FleetFacts, mirror: FleetStatus | undefined): void {
  out.facts([
    ['mirror', colored(verdict.title, COLORS[verdict.level])],
    ...lines(facts, mirror?.types ?? []),
  ]);
  if (verdict.reasons.length > 0) {
    out.heading('Why it is not complete');
    out.table(
      ['REASON', 'REMEDY'],
      verdict.reasons.map(({ level, what, remedy }) => [colored(what, COLORS[level]), remedy]),
    );
  }
  if (mirror) printMirror(out, mirror);
  const forecasts = forecastsOf(facts);
  if (forecasts.length > 0) {
    out.heading('Trimmed faster than read');
    out.table(
      ['KEY', 'UNREAD ENTRIES ARE LOST'],
      forecasts.map(({ key, at }) => [shownKey(key), colored(fromNow(at), 'red')]),
    );
  }
}

function lines({ queue, mirror }: FleetFacts, types: FleetStatus['types']): readonly [string, Cell][] {
  const total = (name: 'gap' | 'dead') => types.reduce((sum, type) => sum + type[name], 0);
  const ofMirror: [string, Cell][] =
    'is' in mirror
      ? [
          ['lost', loss(total('gap'), 'entry', 'entries', 'in gaps: see redis-to-mongo gaps')],
          [
            'refused',
            loss(total('dead'), 'record', 'records', 'in all: see redis-to-mongo dead-letters list'),
          ],
          [
            'failing',
            loss(
              mirror.is.failing,
              'key',
              'keys',
              'by their last job: see redis-to-mongo keys --status failing',
            ),
          ],
          ['paused', paused(mirror.is.paused.keys)],
        ]
      : [];
  if (!('is' in queue)) return ofMirror;
  const { waiting, active, delayed, failed, schedulers, leftOut = {} } = queue.is;
  const left = leftOutText(leftOut);
  const alive = aliveIn(queue.is);
  const jobs = `${grouped(waiting)} waiting, ${active} running, ${grouped(delayed)} planned, ${failed} failed lately`;
  return [
    ...ofMirror,
    ...(left ? [['left out', colored(left, 'yellow')] satisfies [string, Cell]] : []),
    [
      'schedulers',
      hasActiveScheduler(queue.is) ? `${alive.schedulers}, one active` : colored('none is active', 'red'),
    ],
    ['changes', changesLine(changesHeardIn(queue.is))],
    ['workers', alive.workers === 0 ? colored('none is connected', 'red') : alive.workers],
    ['jobs', jobs],
    ['schedules', schedulers],
  ];
}

function changesLine(heard: ChangesHeard | undefined): Cell {
  if (!heard) return '';
  if (heard.by === 'feed') return 'Redis reports every change';
  if (heard.by === 'connecting') return colored('the change feed is not connected', 'yellow');
  return colored(`all keys are polled: ${heard.why ?? ''}`, 'yellow');
}

function printMirror(out: Output, { types, backlogs, errors }: FleetStatus): void {
  if (types.length > 0) out.line();
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
      backlogs.map(({ key, lag: left, seen }) => [shownKey(key), left, seen]),
    );
  }
  if (errors.length > 0) {
    out.heading('Newest errors');
    out.table(
      ['KEY', 'CODE', 'WHEN', 'MESSAGE'],
      errors.map(({ key, code, at, message }) => [shownKey(key), colored(code, 'red'), fromNow(at), message]),
    );
  }
}

function paused(keys: number): Cell {
  return keys === 0
    ? colored('nothing', 'green')
    : colored(`${counted(keys, 'key')}: see redis-to-mongo keys --status paused`, 'yellow');
}

function loss(count: number, one: string, many: string, where: string): Cell {
  return count === 0 ? colored('nothing', 'green') : colored(`${counted(count, one, many)} ${where}`, 'red');
}
