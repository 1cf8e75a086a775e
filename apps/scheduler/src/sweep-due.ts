import { EVICTED, NO_RECORD, type SweepRecord } from '@redis-to-mongo/job-queue';
import type { FeedState } from '@redis-to-mongo/redis-source';

/** The facts that decide whether a sweep is due. */
export interface SweepFacts {
  /** Of the last sweep, whichever scheduler made it; undefined where the queue knows of none. */
  readonly record: SweepRecord | undefined;
  /** What a sweep is for now: the keys that the configuration chooses. */
  readonly scope: string;
  /** Why changes may have been missed since the last sweep began; empty where none were. */
  readonly missed: string;
  /** See readElsewhereUntil. */
  readonly readElsewhereUntil: number;
  /** How the changes are reported; `off` where the configuration says so. */
  readonly feed: FeedState['is'] | 'off';
  /** For how long it has been so, in ms. */
  readonly feedMs: number;
  /** SYNC_INTERVAL_SEC and IDLE_INTERVAL_SEC, in ms. */
  readonly intervalMs: number;
  readonly idleIntervalMs: number;
  /** By the clock of the queue's Redis, in ms since 1970. */
  readonly now: number;
  /** Of this scheduler's last round, how long ago it ended and how long it took, in ms; undefined before the first. */
  readonly lastRound: { readonly agoMs: number; readonly tookMs: number } | undefined;
  /** Rounds of polling since the last whole sweep. */
  readonly polls: number;
}

export interface DueSweep {
  readonly reason: string;
  /** Streams are only asked whether they have new entries; otherwise every key is requested. */
  readonly isPoll: boolean;
  /** Nothing is known to be missed: it is only time for one. */
  readonly isRoutine: boolean;
}

/** A feed that is not there for this long, in ms, is replaced by polling. */
const FEED_PATIENCE_MS = 15_000;
/** Of this many rounds of polling one requests every key. */
const WHOLE_ONE_IN = 10;
/** Polling takes one part in this many of the time, at most. */
const POLL_SHARE = 4;
/** A queue's Redis that goes on evicting keys has no sweep more often than this, in ms: each asks it for memory, too. */
const EVICTED_REST_MS = 60_000;
/** While nothing is known to be missed, the queue is asked this often whether a sweep is due, in ms. */
const CALM_MS = 1_000;
const IDLE = 'IDLE_INTERVAL_SEC is over';

/** Whether keys have to be polled, since nothing reports their changes. */
function mustPoll({ feed, feedMs }: Pick<SweepFacts, 'feed' | 'feedMs'>): boolean {
  return feed === 'off' || feed === 'refused' || (feed === 'connecting' && feedMs > FEED_PATIENCE_MS);
}

/** How often the queue is asked whether a sweep is due, in ms: at once where something was missed, and a sweep can find it. */
export function askEveryMs(facts: Pick<SweepFacts, 'feed' | 'feedMs' | 'missed' | 'intervalMs'>): number {
  if (mustPoll(facts)) return Math.min(CALM_MS, facts.intervalMs / 4);
  return facts.missed === '' || facts.feed === 'connecting' ? CALM_MS : 0;
}

/** Returns the sweep that is due now, if any. */
export function sweepDue(facts: SweepFacts): DueSweep | undefined {
  const { record, scope, missed, feed, lastRound } = facts;
  const isPolling = mustPoll(facts);
  if (feed === 'connecting' && !isPolling) return undefined; // a sweep now would have to be made again
  const reason = reasonFor(facts);
  if (reason && !(isPolling && reason === missed && record?.scope === scope))
    return { reason, isPoll: false, isRoutine: reason === IDLE };
  if (!isPolling) return undefined;
  const restMs = Math.max(facts.intervalMs, (POLL_SHARE - 1) * (lastRound?.tookMs ?? 0));
  if (lastRound && lastRound.agoMs < restMs) return undefined;
  return { reason: 'polling', isPoll: (facts.polls + 1) % WHOLE_ONE_IN !== 0, isRoutine: true };
}

function reasonFor({ record, scope, missed, readElsewhereUntil, now, idleIntervalMs }: SweepFacts): string {
  if (!record) return NO_RECORD;
  if (record.scope !== scope) return 'the configuration selects other keys than before';
  const isTooSoon = record.pending === EVICTED && now - record.endedAt < EVICTED_REST_MS;
  if (record.pending && !isTooSoon) return record.pending;
  if (record.rereadSince !== undefined) return 'MongoDB was set back';
  if (missed) return missed;
  if (record.beganAt <= readElsewhereUntil) return 'a worker has read another server than the scheduler';
  if (now - record.endedAt >= idleIntervalMs) return IDLE;
  return '';
}
