import { TARGET_SET_BACK } from '@redis-to-mongo/fleet-status';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import {
  collectionsUsed,
  keysInCollections,
  keysSyncedSince,
  pausedKeys,
  type SuspectKey,
} from '@redis-to-mongo/mongo-sink';
import { handled, type KeyType, type RuleBook } from '@redis-to-mongo/pipeline';
import { HIDDEN_TYPE } from '@redis-to-mongo/redis-source';
import type { ChangeBuffer } from './change-buffer.js';
import type { IntakeState } from './change-intake.js';
import { ChangeRequests } from './change-requests.js';
import { ChangedKeys } from './changed-keys.js';
import { DroppedCollections } from './dropped-collections.js';
import { Lack } from './lack.js';
import type { MissedChanges } from './missed-changes.js';
import { noteUnscheduled } from './note-unscheduled.js';
import { PausedKeys } from './paused-keys.js';
import { PAGE, rereadLost } from './reread-lost.js';
import { ShareOfTime } from './share-of-time.js';
import { StaleProblems } from './stale-problems.js';
import { type SweepOptions, type SweepReport, sweep } from './sweep.js';
import { askEveryMs, type DueSweep, pollPeriodMs, type SweepFacts, sweepDue } from './sweep-due.js';
import { TargetLosses } from './target-losses.js';
import { TargetSetBack } from './target-set-back.js';
import { type UpkeepReport, upkeep } from './upkeep.js';
import { type WorkBasis, workersDifferedUntil } from './workers-differed.js';

export interface ActiveSchedulerOptions
  extends Pick<SweepOptions, 'redis' | 'db' | 'wanted' | 'types'>,
    Pick<SweepFacts, 'intervalMs' | 'idleIntervalMs'> {
  readonly queue: JobQueue;
  readonly buffer: ChangeBuffer;
  readonly missed: MissedChanges;
  /** The scheduler's own: see workersDifferedUntil. */
  readonly basis: () => WorkBasis;
  /** How changes are reported, and for how many ms this has been so. */
  readonly feed: () => IntakeState;
  /** Identifies the keys that the configuration chooses. If it changes, a sweep is due. */
  readonly scope: string;
  /** Rules may give a key's job scheduler its own interval. */
  readonly rules: RuleBook;
  /** Prepares the target again after it has lost data. */
  readonly prepareTarget: () => Promise<unknown>;
  /** Called when the target has lost records, with the number of keys that are read from the start again. */
  readonly onReread: (reason: string, keys: number) => void;
  /** See TargetSetBackOptions. */
  readonly onCounted: (isShared: boolean) => void;
  readonly onError: (error: unknown) => void;
}

export type SweepTurn = SweepReport & DueSweep & { readonly ms: number };

/** Minimum time between two sweeps, or two checks whether a sweep is due, in ms. */
const SWEEP_MS = 100;

const COLLECTION_DROPPED = 'a collection of MongoDB was dropped or restored';

/**
 * Counting documents is usually instant. If a server must scan them all, counting takes at most this fraction
 * (1/n) of the time. The same limit applies to the search for removed job schedulers.
 */
const COUNT_SHARE = 30;
const COUNT_AT_LATEST_MS = 60_000;

/** The work of the active scheduler. A standby that takes over creates a new one. */
export class ActiveScheduler {
  readonly #changed: ChangedKeys;
  readonly #requests: ChangeRequests;
  readonly #paused: PausedKeys;
  readonly #losses: TargetLosses;
  readonly #setBack: TargetSetBack;
  readonly #dropped: DroppedCollections;
  readonly #stale: StaleProblems;
  readonly #unscheduled = new Lack();
  readonly #upkeep: Parameters<typeof upkeep>[0];
  #isClosed = false;
  #lastRound: { readonly endedAt: number; readonly tookMs: number } | undefined;
  #polls = 0;
  /** When the last whole round began: it has found every change up to then. */
  #foundUntil = Number.NEGATIVE_INFINITY;
  /** The last sweep found keys that the user may not read. */
  #hidesKeys = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isSweeping = false;
  readonly #counting = new ShareOfTime(COUNT_SHARE, COUNT_AT_LATEST_MS);
  readonly #looking = new ShareOfTime(COUNT_SHARE);
  /** Since when due keys may lack a job, because lost jobs could not be added again. */
  #withoutJobsSince: number | undefined;

  constructor(private readonly options: ActiveSchedulerOptions) {
    const { queue, redis, db, types, onError } = options;
    this.#paused = new PausedKeys((limit) => pausedKeys(db, limit));
    this.#losses = new TargetLosses(db, queue);
    this.#setBack = new TargetSetBack({ db, queue, onCounted: options.onCounted });
    this.#dropped = new DroppedCollections(db, () => collectionsUsed(options.rules.rules).all);
    this.#stale = new StaleProblems(options);
    this.#changed = new ChangedKeys({ redis, queue, db, types });
    this.#requests = new ChangeRequests({
      buffer: options.buffer,
      choose: (keys) =>
        this.#changed.choose(
          keys.filter((key) => !this.#paused.has(key)),
          this.#hidesKeys,
        ),
      request: (keys, ageMs) => queue.due.request(keys, true, ageMs),
      onError,
    });
    this.#upkeep = { ...options, everyMs: (key, type) => this.#everyMs(key, type) };
    this.#requests.notify();
  }

  /** Reports that the buffer has changes. */
  notify(): void {
    this.#requests.notify();
  }

  /** Whether a changed key is left to the worker that tails it. */
  isTailed(key: string): boolean {
    return this.#requests.isTailed(key);
  }

  /** Records how many streams and sets lack a document (`undefined`: unknown), or a job scheduler. */
  noteMissing(documents: number | undefined, schedulers: number): void {
    if (documents !== undefined) this.#losses.missing.note(documents);
    this.#unscheduled.note(schedulers);
  }

  /** Runs the work of every second: lost jobs, paused and resumed keys, a target that has lost keys. */
  async upkeep(): Promise<UpkeepReport> {
    const report = await upkeep(this.#upkeep).catch((error: unknown) => {
      this.#withoutJobsSince ??= performance.now();
      throw error;
    });
    this.#withoutJobsSince = undefined;
    const refilled = handled(this.#refillTarget());
    const paused = await this.#paused.refresh(report.paused);
    if (paused.length > 0) await this.options.queue.request(paused);
    await refilled;
    await this.#restoreSchedulers();
    await this.#stale.clear();
    return report;
  }

  /**
   * Runs the sweep that is due, if any.
   * @param onWell called with the time, by performance.now(), up to which every change was requested: while
   * no change is known to be missed, and after a sweep that found the missed changes.
   */
  async sweepIfDue(onWell: (until: number) => void): Promise<SweepTurn | undefined> {
    const { queue, missed, scope, basis } = this.options;
    const { sweeps } = queue;
    this.#askedAt = performance.now();
    const [record, now, all] = await Promise.all([sweeps.read(), sweeps.now(), queue.processes()]);
    const due = sweepDue(this.#facts(record, now, workersDifferedUntil(all, basis(), now)));
    if (this.#isClosed) return undefined;
    const report = () => onWell(this.#requestedUntil());
    const well = () => missed.reason === '' && report();
    if (!due) {
      if (record?.pending === '') well();
      return undefined;
    }
    if (!(await this.#rereadLost(record))) return undefined;
    const began = performance.now();
    if (due.isPoll) return await this.#sweep(due, began, report);
    // Changes missed from now on belong to the next sweep. They also prevent onWell.
    missed.clear();
    try {
      // A routine sweep that is cut short stays due without a recorded reason.
      const begun = await sweeps.begin(scope, due.isRoutine ? '' : due.reason);
      const turn = await this.#sweep(due, began, due.isRoutine ? well : () => {});
      if (!turn.isWhole) return turn;
      // A queue that was emptied meanwhile has lost the requests, so the next sweep is due immediately.
      if (!(await sweeps.end(begun, turn.leftOut))) return { ...turn, isWhole: false };
      well();
      return turn;
    } catch (error) {
      if (missed.reason === '') missed.note(due.reason);
      throw error;
    }
  }

  /** Wait before the next sweepIfDue, in ms. A missed change or a new feed state ends it early. */
  get sweepWaitMs(): number {
    const { missed, intervalMs } = this.options;
    const askMs = askEveryMs({ ...this.#feedFacts(), missed: missed.reason, intervalMs });
    const agoMs = performance.now() - this.#askedAt;
    return Math.max(Math.min(SWEEP_MS, intervalMs), askMs - agoMs);
  }

  /** How old, in ms, the last round of polling can be when the next one has ended. */
  get pollPeriodMs(): number {
    return pollPeriodMs(this.options.intervalMs, this.#lastRound?.tookMs);
  }

  /** Waits for the running step. Changes that were not requested return to the buffer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#requests.close();
  }

  /** The time up to which every change was reported or found, and requested, and has a job. */
  #requestedUntil(): number {
    const { heardUntil = this.#foundUntil } = this.options.feed();
    const withJobsUntil = this.#withoutJobsSince ?? Number.POSITIVE_INFINITY;
    return Math.min(heardUntil, this.#requests.requestedUntil, withJobsUntil);
  }

  #feedFacts(): Pick<SweepFacts, 'feed' | 'feedMs'> {
    const { is, forMs } = this.options.feed();
    return { feed: is, feedMs: forMs };
  }

  #facts(record: SweepFacts['record'], now: number, differedUntil: number): SweepFacts {
    const { missed, scope, intervalMs, idleIntervalMs } = this.options;
    const last = this.#lastRound;
    return {
      ...{ record, now, scope, intervalMs, idleIntervalMs, missed: missed.reason, differedUntil },
      ...this.#feedFacts(),
      lastRound: last && { agoMs: performance.now() - last.endedAt, tookMs: last.tookMs },
      polls: this.#polls,
    };
  }

  /** Requests the keys whose records the target has lost. @returns whether it finished. */
  async #rereadLost(record: SweepFacts['record']): Promise<boolean> {
    const { queue, db } = this.options;
    const since = record?.rereadSince;
    if (since !== undefined) {
      const synced = keysSyncedSince(db, new Date(since), PAGE);
      if (!(await this.#reread('MongoDB was set back', synced))) return false;
      await queue.sweeps.endReread();
    }
    return await this.#dropped.handle(
      async (names) => await this.#reread(`dropped: ${names.join(', ')}`, keysInCollections(db, names, PAGE)),
    );
  }

  async #reread(reason: string, suspects: AsyncIterable<readonly SuspectKey[]>): Promise<boolean> {
    const { queue, db, onReread } = this.options;
    const keys = await rereadLost({ db, queue, suspects, goesOn: () => !this.#isClosed });
    if (keys !== undefined) onReread(reason, keys);
    return keys !== undefined;
  }

  async #sweep(due: DueSweep, began: number, onWell: () => void): Promise<SweepTurn> {
    const goesOn = () => {
      onWell();
      this.#changed.forget();
      return !this.#isClosed;
    };
    this.#isSweeping = true;
    const report = await sweep({ ...this.#upkeep, ...this.options, ...due, goesOn }).finally(() => {
      this.#isSweeping = false;
    });
    this.#changed.forget();
    this.#hidesKeys = report.byType.has(HIDDEN_TYPE);
    const endedAt = performance.now();
    this.#lastRound = { endedAt, tookMs: endedAt - began };
    if (report.isWhole) this.#foundUntil = began;
    onWell();
    this.#polls = due.isPoll ? this.#polls + 1 : 0;
    return { ...report, ...due, ms: Math.round(endedAt - began) };
  }

  /** Starts to refill a database that was dropped or set back. */
  async #refillTarget(): Promise<void> {
    if (await this.#setBack.found()) await this.#noteLoss(TARGET_SET_BACK);
    if (await this.#dropped.found()) {
      await this.options.queue.sweeps.noteDue(COLLECTION_DROPPED);
      await this.#noteLoss(COLLECTION_DROPPED);
    }
    if (!this.#counting.isDue) return;
    const isLost = await this.#counting.during(() => this.#losses.found(this.#isSweeping));
    if (isLost) await this.#noteLoss('MongoDB holds fewer keys than it should');
  }

  /** Looks for streams and sets whose job scheduler was removed, for a small part of the time. */
  async #restoreSchedulers(): Promise<void> {
    const { queue, db, types } = this.options;
    if (!this.#unscheduled.isNew || this.#isSweeping || !this.#looking.isDue) return;
    const search = () => noteUnscheduled({ db, queue, types, goesOn: () => !this.#isClosed });
    await this.#looking.during(() => this.#unscheduled.settleBy(search));
  }

  async #noteLoss(reason: string): Promise<void> {
    this.options.missed.note(reason);
    await this.options.prepareTarget();
  }

  #everyMs(key: string, type: KeyType): number {
    const { rules, idleIntervalMs } = this.options;
    return rules.ruleFor(key, type)?.intervalMs ?? idleIntervalMs;
  }
}
