import { isReadable, type StatusReport, type TypeStatus, total } from '../../status/status-report.js';
import { count, counted } from '../format.js';

/** The state of the mirror in one sentence. */
export interface Verdict {
  readonly tone: 'good' | 'busy' | 'bad' | 'idle';
  readonly title: string;
  readonly detail: string;
}

/** What an operator must know first: the worst that is the case. */
export function verdictOf({ fleet, queue }: StatusReport): Verdict {
  if (!isReadable(fleet)) return unreadable('MongoDB', fleet.code, 'MONGO_URI or MONGO_HOST');
  if (!isReadable(queue))
    return unreadable('The queue’s Redis', queue.code, 'QUEUE_REDIS_URL, REDIS_URL or REDIS_HOST');
  if (queue.workers === 0)
    return {
      tone: 'bad',
      title: 'No worker is running',
      detail: 'Nothing is copied until one starts: pnpm start:worker.',
    };
  if (queue.paused)
    return {
      tone: 'bad',
      title: 'The queue is paused',
      detail: 'Nothing is copied until it is resumed, on the page Queue.',
    };
  const { types } = fleet;
  const failing = total(types, 'failing');
  if (failing > 0)
    return {
      tone: 'bad',
      title: `${counted(failing, 'key is', 'keys are')} failing`,
      detail: 'The newest errors are below. Their jobs come again by themselves.',
    };
  if (types.length === 0)
    return {
      tone: 'idle',
      title: 'Nothing is mirrored yet',
      detail:
        queue.schedulers === 0
          ? 'No key was found so far: is a scheduler running, and do KEY_INCLUDE and KEY_EXCLUDE fit?'
          : `${counted(queue.schedulers, 'key was', 'keys were')} found; their first jobs are on the way.`,
    };
  const lag = total(types, 'lag');
  if (lag > 0)
    return {
      tone: 'busy',
      title: `${counted(lag, 'entry', 'entries')} behind`,
      detail: `Catching up.${losses(types)}`,
    };
  return {
    tone: 'good',
    title: 'The mirror is in step',
    detail: `Nothing waits to be copied.${losses(types)}`,
  };
}

function unreadable(server: string, code: string, options: string): Verdict {
  return {
    tone: 'bad',
    title: `${server} does not answer`,
    detail: `${code}: check that it runs, and that ${options} and the password fit. This page goes on trying.`,
  };
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
