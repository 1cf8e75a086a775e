import type { MirrorFacts, TrimForecast } from '@redis-to-mongo/mongo-sink';
import { shownKey } from '@redis-to-mongo/pipeline';
import { counted, grouped, time } from '@redis-to-mongo/terminal';
import type { FleetFacts, PausedUnread, Reading } from './fleet-facts.js';
import type { Reason } from './verdict.js';

/** New keys are due before they have a document. Above this fraction of all keys they count as missing. */
const ON_THEIR_WAY = 1 / 20;

/** Reasons from MongoDB: failing keys, losses, missing keys. */
export function mirrorReasons(facts: FleetFacts, now: number): readonly Reason[] {
  const { mirror, queue, pausedUnread } = facts;
  if (!('is' in mirror)) return [];
  const missing = missingKeysOf(facts) ?? 0;
  const isOnTheWay =
    'is' in queue && missing <= queue.is.due && missing <= ON_THEIR_WAY * queue.is.schedulers;
  return [
    aboutToLose(mirror.is.forecasts, now),
    refusedKeys(mirror.is),
    ...failed(mirror.is),
    missing > 0 && !isOnTheWay ? keysMissing(missing, 'is' in queue ? queue.is.due : 0) : undefined,
    behind(mirror.is),
    ...paused(pausedUnread),
  ].filter((reason) => reason !== undefined);
}

/**
 * The number of streams and sets that have a job scheduler but no document in MongoDB; `undefined` if it is
 * unknown.
 */
export function missingKeysOf(facts: FleetFacts): number | undefined {
  const surplus = surplusSchedulersOf(facts);
  return surplus && Math.max(0, surplus);
}

/**
 * The number of job schedulers minus the number of documents of streams and sets; may be negative.
 * `undefined` if it is unknown.
 */
export function surplusSchedulersOf({ queue, mirror }: FleetFacts): number | undefined {
  if (!('is' in queue) || !('is' in mirror)) return undefined;
  return queue.is.schedulers - mirror.is.activeScheduled;
}

function aboutToLose([soonest, ...others]: readonly TrimForecast[], now: number): Reason | undefined {
  if (!soonest) return undefined;
  const ms = soonest.at.getTime() - now;
  const more =
    others.length > 0 ? ` So ${counted(others.length, 'other stream', 'other streams')} will.` : '';
  return {
    code: 'about-to-lose',
    level: 'broken',
    what:
      ms > 0
        ? `Entries of ${shownKey(soonest.key)} will be lost in ${time(ms)}`
        : `Entries of ${shownKey(soonest.key)} are being lost`,
    remedy: `It is trimmed faster than it is read: keep more of its entries in Redis; then add workers, or resume it.${more}`,
  };
}

function refusedKeys({ refused: { keys, last } }: MirrorFacts): Reason | undefined {
  if (keys === 0 || !last) return undefined;
  return {
    code: 'keys-refused',
    level: 'broken',
    what: `MongoDB refuses the documents of ${counted(keys, 'key', 'keys')} in the collection keys`,
    remedy: `Code ${last.code}, of ${shownKey(last.key)}${keys > 1 ? ' and others' : ''}: remove the index or validator of yours. List them: redis-to-mongo dead-letters list --collection keys. Their jobs are retried automatically.`,
  };
}

function failed({ failing, lostLately, deadLetters }: MirrorFacts): readonly Reason[] {
  const reasons: Reason[] = [];
  if (failing > 0)
    reasons.push({
      code: 'keys-failing',
      level: 'broken',
      what: `${counted(failing, 'key fails', 'keys fail')}`,
      remedy: 'See their errors: redis-to-mongo keys --status failing. Their jobs are retried automatically.',
    });
  if (lostLately > 0)
    reasons.push({
      code: 'entries-lost',
      level: 'broken',
      what: `${counted(lostLately, 'entry was', 'entries were')} lost in the last hour`,
      remedy:
        'Redis dropped them before they were read: trim less, or add workers. List them: redis-to-mongo gaps.',
    });
  if (deadLetters > 0)
    reasons.push({
      code: 'records-refused',
      level: 'behind',
      what: `MongoDB lacks ${counted(deadLetters, 'record', 'records')} that it refused`,
      remedy:
        'List them, and why: redis-to-mongo dead-letters list. Then write them again: redis-to-mongo dead-letters replay --all; or give them up: redis-to-mongo dead-letters drop.',
    });
  return reasons;
}

function keysMissing(missing: number, due: number): Reason {
  return {
    code: 'keys-missing',
    level: 'behind',
    what: `${counted(missing, 'scheduled key is', 'scheduled keys are')} not active in MongoDB`,
    remedy:
      due > 0
        ? 'They are new, and their first jobs are queued; or they were deleted, and are unscheduled automatically.'
        : 'They were deleted, and are unscheduled within a minute; or their documents in keys were removed, and a sweep finds them. If it lasts: redis-to-mongo verify --repair.',
  };
}

function behind({ lag }: MirrorFacts): Reason | undefined {
  if (lag.keys === 0) return undefined;
  return {
    code: 'entries-behind',
    level: 'behind',
    what: `${counted(lag.entries, 'entry', 'entries')}${lag.ms > 0 ? `, ${time(lag.ms)}` : ''} behind`,
    remedy: `Catching up, in ${counted(lag.keys, 'key', 'keys')}.`,
  };
}

function paused(unread: Reading<PausedUnread>): readonly Reason[] {
  // The server that did not answer has a reason of its own.
  if (!('is' in unread))
    return [
      {
        code: 'paused-unknown',
        level: 'unknown',
        what: 'The number of unread entries of paused keys is not known',
        remedy: `${unread.error.code}: it is retried automatically.`,
      },
    ];
  const { entries, streams, unknown } = unread.is;
  const reasons: Reason[] = [];
  if (entries > 0)
    reasons.push({
      code: 'paused-unread',
      level: 'behind',
      what: `${counted(entries, 'entry is', 'entries are')} unread in ${counted(streams, 'paused stream', 'paused streams')}`,
      remedy: 'Resume them: redis-to-mongo resume PATTERN. Entries that Redis drops before are lost.',
    });
  if (unknown > 0)
    reasons.push({
      code: 'paused-unknown',
      level: 'behind',
      what: `${counted(unknown, 'paused key', 'paused keys')} may have changed`,
      remedy: `Nothing of ${unknown === 1 ? 'it' : 'them'} is copied until resumed (${grouped(unknown)} not checked).`,
    });
  return reasons;
}
