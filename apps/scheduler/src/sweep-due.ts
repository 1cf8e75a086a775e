import { EVICTED, NO_RECORD, type SweepRecord } from '@redis-to-mongo/job-queue';
import type { FeedState } from '@redis-to-mongo/redis-source';

/** The facts that decide whether a sweep is due. */
export interface SweepFacts {
  /** The last sweep of any scheduler; undefined if the queue has no record. */
  readonly record: SweepRecord | undefined;
  /** The keys that the configuration chooses now. */
  readonly scope: string;
  /** Why changes may have been missed since the last sweep began; empty if none were. */
  readonly missed: string;
  /** See workersDifferedUntil. */
  readonly differedUntil: number;
  /** How changes are reported; `off` if the configuration turns the feed off. */
  readonly feed: FeedState['is'] | 'off';
  /** For how many ms this has been so. */
  readonly feedMs: number;
  /** SYNC_INTERVAL_SEC and IDLE_INTERVAL_SEC, in ms. */
  readonly intervalMs: number;
  readonly idleIntervalMs: number;
  /** The time by the clock of the queue's Redis, in ms since 1970. */
  readonly now: number;
  /**
   * This scheduler's last round: how many ms ago it ended, and how many ms it took; undefined before the
   * first round.
   */
  readonly lastRound: { readonly agoMs: number; readonly tookMs: number } | undefined;
  /** Rounds of polling since the last whole sweep. */
  readonly polls: number;
}

export interface DueSweep {
  readonly reason: string;
  /** True: streams are requested only if they have new entries. False: every key is requested. */
  readonly isPoll: boolean;
  /** The sweep is due only because of the interval; no change is known to be missed. */
  readonly isRoutine: boolean;
  /** A completed sweep has found all job schedulers with a wrong interval: only missing ones are looked for. */
  readonly knowsIntervals: boolean;
}

/** A feed without a connection for this long, in ms, is replaced by polling. */
const FEED_PATIENCE_MS = 15_000;
/** One in this many rounds of polling requests every key. */
const WHOLE_ONE_IN = 10;
/** Polling takes at most this fraction (1/n) of the time. */
const POLL_SHARE = 4;
/**
 * If the queue's Redis keeps evicting keys, sweeps are at least this far apart, in ms: a sweep itself needs
 * memory there.
 */
const EVICTED_REST_MS = 60_000;
/** While no change is known to be missed, the queue is asked this often whether a sweep is due, in ms. */
const CALM_MS = 1_000;
const IDLE = 'IDLE_INTERVAL_SEC is over';

/** Whether keys must be polled, because their changes are not reported. */
function mustPoll({ feed, feedMs }: Pick<SweepFacts, 'feed' | 'feedMs'>): boolean {
  return feed === 'off' || feed === 'refused' || (feed === 'connecting' && feedMs > FEED_PATIENCE_MS);
}

/**
 * How often to check whether a sweep is due, in ms; 0 if changes were missed and a sweep can find them now.
 */
export function askEveryMs(facts: Pick<SweepFacts, 'feed' | 'feedMs' | 'missed' | 'intervalMs'>): number {
  if (mustPoll(facts)) return Math.min(CALM_MS, facts.intervalMs / 4);
  return facts.missed === '' || facts.feed === 'connecting' ? CALM_MS : 0;
}

/** The wait between two rounds of polling, in ms. */
function restMs(intervalMs: number, tookMs: number): number {
  return Math.max(intervalMs, (POLL_SHARE - 1) * tookMs);
}

/** The time from the beginning of a round of polling to the end of the next one, in ms. */
export function pollPeriodMs(intervalMs: number, tookMs = 0): number {
  return Math.round(restMs(intervalMs, tookMs) + 2 * tookMs);
}

/** Returns the sweep that is due now, if any. */
export function sweepDue(facts: SweepFacts): DueSweep | undefined {
  const { record, scope, missed, feed, lastRound } = facts;
  const isPolling = mustPoll(facts);
  if (feed === 'connecting' && !isPolling) return undefined; // a sweep now would have to be repeated
  const reason = reasonFor(facts);
  if (reason && !(isPolling && reason === missed && record?.scope === scope))
    return {
      ...{ reason, isPoll: false, isRoutine: reason === IDLE },
      knowsIntervals: record?.scope === scope && record.pending === '' && reason !== IDLE,
    };
  if (!isPolling) return undefined;
  if (lastRound && lastRound.agoMs < restMs(facts.intervalMs, lastRound.tookMs)) return undefined;
  const isPoll = (facts.polls + 1) % WHOLE_ONE_IN !== 0;
  return { reason: 'polling', isPoll, isRoutine: true, knowsIntervals: isPoll };
}

function reasonFor({ record, scope, missed, differedUntil, now, idleIntervalMs }: SweepFacts): string {
  if (!record) return NO_RECORD;
  if (record.scope !== scope) return 'the configuration selects other keys than before';
  const isTooSoon = record.pending === EVICTED && now - record.endedAt < EVICTED_REST_MS;
  if (record.pending && !isTooSoon) return record.pending;
  if (record.rereadSince !== undefined) return 'MongoDB was set back';
  if (missed) return missed;
  if (record.beganAt <= differedUntil)
    return 'a worker has read another server than the scheduler, or had other KEY_TYPES';
  if (now - record.endedAt >= idleIntervalMs) return IDLE;
  return '';
}
