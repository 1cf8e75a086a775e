import type { TrimForecast } from '@redis-to-mongo/mongo-sink';
import {
  behindOf,
  isReadable,
  type StatusReport,
  type TypeStatus,
  total,
} from '../../status/status-report.js';
import { count, counted, seconds } from '../format.js';

/** The state of the mirror in one sentence. */
export interface Verdict {
  readonly tone: 'good' | 'busy' | 'bad' | 'idle';
  readonly title: string;
  readonly detail: string;
}

/** Dead letters and gaps that came lately. */
export interface Losses {
  readonly dead: number;
  readonly gap: number;
}

/** A job that has been due for longer than this, in ms, says that the workers do not keep up. */
const LATE_MS = 10_000;

/**
 * What an operator must know first: the worst that is the case.
 * @param lately dead letters and gaps of the last hour; older ones are told of, and are no alarm.
 */
export function verdictOf({ fleet, queue, at }: StatusReport, lately: Losses = { dead: 0, gap: 0 }): Verdict {
  if (!isReadable(fleet)) return fleetUnreadable(fleet.code);
  if (!isReadable(queue))
    return unreadable('The queue’s Redis', queue.code, 'QUEUE_REDIS_URL, REDIS_URL or REDIS_HOST');
  if (queue.workers === 0)
    return bad('No worker is running', 'Nothing is copied until one starts: pnpm start:worker.');
  if (queue.paused)
    return bad('The queue is paused', 'Nothing is copied until it is resumed, on the page Queue.');
  const { types, forecasts } = fleet;
  const [soonest] = forecasts;
  if (soonest) return aboutToLose(soonest, forecasts.length - 1, at);
  const failing = total(types, 'failing');
  if (failing > 0)
    return bad(
      `${counted(failing, 'key needs', 'keys need')} a look`,
      `Their last jobs failed; the newest errors are below. Jobs come again by themselves.${losses(types)}`,
    );
  if (lately.gap > 0)
    return bad(
      `${counted(lately.gap, 'entry was', 'entries were')} lost in the last hour`,
      'Redis dropped them before they were read: trim less, or add workers. The page Keys shows where.',
    );
  if (types.length === 0)
    return {
      tone: 'idle',
      title: 'Nothing is mirrored yet',
      detail:
        queue.schedulers === 0
          ? 'No key was found so far: is a scheduler running, and do KEY_INCLUDE and KEY_EXCLUDE fit?'
          : `${counted(queue.schedulers, 'key was', 'keys were')} found; their first jobs are on the way.`,
    };
  const resting = total(types, 'paused');
  const paused = resting > 0 ? ` ${counted(resting, 'key is', 'keys are')} paused.` : '';
  const rest = `${paused}${losses(types)}`;
  const lag = total(types, 'lag');
  if (lag > 0) {
    const behind = fleet.behindMs > 0 ? `, ${seconds(fleet.behindMs)}` : '';
    return {
      tone: 'busy',
      title: `${counted(lag, 'entry', 'entries')}${behind} behind`,
      detail: `Catching up.${rest}`,
    };
  }
  if (queue.waitingMs > LATE_MS)
    return {
      tone: 'busy',
      title: `Jobs are ${seconds(queue.waitingMs)} late`,
      detail: `${counted(queue.waiting, 'job waits', 'jobs wait')} for a free worker.${rest}`,
    };
  const behind = behindOf({ fleet, queue });
  if (lately.dead > 0)
    return {
      tone: 'busy',
      title: `Complete but for ${counted(lately.dead, 'record', 'records')} that MongoDB refused in the last hour`,
      detail: `They are kept as dead letters.${rest}`,
    };
  return {
    tone: 'good',
    title: `The mirror is complete${behind === null ? '' : `, ${seconds(behind)} behind`}`,
    detail: `Nothing waits to be copied.${rest}`,
  };
}

function aboutToLose({ key, at }: TrimForecast, others: number, now: Date): Verdict {
  const ms = at.getTime() - now.getTime();
  const more = others > 0 ? ` So ${counted(others, 'other stream', 'other streams')}.` : '';
  return bad(
    ms > 0 ? `Entries of ${key} will be lost in ${seconds(ms)}` : `Entries of ${key} are being lost`,
    `It is trimmed faster than it is read: keep more of it in Redis now; then add workers, or resume it.${more}`,
  );
}

function bad(title: string, detail: string): Verdict {
  return { tone: 'bad', title, detail };
}

function fleetUnreadable(code: string): Verdict {
  return code === 'KEYS_LOADING'
    ? {
        tone: 'idle',
        title: 'Reading the state of all keys',
        detail: 'With very many keys this takes a moment.',
      }
    : unreadable('MongoDB', code, 'MONGO_URI or MONGO_HOST');
}

function unreadable(server: string, code: string, options: string): Verdict {
  return bad(
    `${server} does not answer`,
    `${code}: check that it runs, and that ${options} and the password fit. This page goes on trying.`,
  );
}

function losses(types: readonly TypeStatus[]): string {
  const dead = total(types, 'dead');
  const gap = total(types, 'gap');
  const parts = [
    ...(dead > 0 ? [`${counted(dead, 'record is a dead letter', 'records are dead letters')}`] : []),
    ...(gap > 0
      ? [`${count(gap)} ${gap === 1 ? 'entry was' : 'entries were'} dropped by Redis before being read`]
      : []),
  ];
  return parts.length === 0 ? '' : ` ${parts.join('; ')}.`;
}
