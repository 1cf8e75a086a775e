import { type FleetFacts, judge, ratePerSec } from '@redis-to-mongo/fleet-status';
import type { FleetStatus } from '@redis-to-mongo/mongo-sink';
import { codeOf } from '../in-time.js';
import { History, type Moment } from '../live/history.js';
import {
  type BacklogStatus,
  lagOf,
  queueStatusOf,
  type StatusReport,
  type Sums,
  type TypeStatus,
} from './status-report.js';
import { LOADING, ThrottledReader } from './throttled-reader.js';

export interface FleetSources {
  /** Reads the facts of the verdict. Does not throw. */
  readFacts(): Promise<FleetFacts>;
  /** Sums over all keys. */
  readSums(): Promise<FleetStatus>;
  /** Called when a source could not be read. */
  onError(source: 'sums' | 'queue' | 'mirror' | 'source', error: unknown): void;
}

/** A reading, and the history's moment made from it, if any. */
export interface Sample {
  readonly report: StatusReport;
  readonly moment: Moment | undefined;
}

/** Time between two readings, in ms: while a page is open, and while none is open (for the history). */
const WATCHED_MS = 2_000;
const IDLE_MS = 10_000;
/** Facts are read at most every second, and for at most a sixth of the time. Their reads have their own time limits. */
const FACTS = { spacingMs: 1_000, share: 6, patienceMs: 15_000 };
/** Sums read all keys: for at most a twentieth of the time, and callers wait at most 200 ms for them. */
const SUMS = { spacingMs: 1_000, share: 20, patienceMs: 200 };
/** A report up to this age, in ms, is shown while the next one is read. The verdict does not yet call it old. */
const RECENT_MS = 10_000;

/**
 * Reads the state of the fleet repeatedly, once for all users: pages, event streams and programs. It keeps the last report and
 * the moments of the last hour, and nothing about single keys.
 */
export class FleetPoller {
  readonly history = new History();
  readonly #facts: ThrottledReader<FleetFacts>;
  readonly #sums: ThrottledReader<Sums>;
  readonly #onError: FleetSources['onError'];
  readonly #listeners = new Set<(sample: Sample) => void>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #last: StatusReport | undefined;
  /** The last report sent to listeners. */
  #reported: StatusReport | undefined;

  constructor({ readFacts, readSums, onError }: FleetSources) {
    // Reads that fail during closing are not errors.
    this.#onError = (source, error) => {
      if (!this.#isClosed) onError(source, error);
    };
    let before: Sums | undefined;
    this.#facts = new ThrottledReader(
      async () => this.#complained(await readFacts()),
      FACTS,
      (facts) => errorsIn(facts).length > 0,
    );
    this.#sums = new ThrottledReader(async () => {
      before = withRates(await readSums(), before);
      return before;
    }, SUMS);
    this.#next(0);
  }

  /** The newest report; the same object until the next reading. @throws if the facts take longer than their time limit. */
  async report(): Promise<StatusReport> {
    const [facts, fleet] = await Promise.all([
      this.#facts.read(),
      this.#sums.read().catch((error: unknown) => {
        const code = codeOf(error);
        if (code !== LOADING) this.#onError('sums', error);
        return { code };
      }),
    ]);
    const last = this.#last;
    const verdict = judge(facts);
    const isSame =
      last?.facts === facts &&
      last.verdict.level === verdict.level &&
      (last.fleet === fleet || ('code' in fleet && 'code' in last.fleet && last.fleet.code === fleet.code));
    if (isSame) return last;
    this.#last = { at: new Date(), verdict, facts, fleet, queue: queueStatusOf(facts) };
    return this.#last;
  }

  /** The last report without waiting, if it is recent; listeners get the next one. @throws as report. */
  async recent(): Promise<StatusReport> {
    const last = this.#last;
    if (!last || Date.now() - last.facts.at > RECENT_MS) return await this.report();
    this.report().catch(() => undefined);
    return last;
  }

  /** The last report, however old; `undefined` before the first one. */
  get last(): StatusReport | undefined {
    return this.#last;
  }

  /** Reports each reading from now on. @returns a function that ends the subscription. */
  subscribe(listener: (sample: Sample) => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#next(0);
    return () => this.#listeners.delete(listener);
  }

  /** Reads no more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #next(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#sample(), ms);
    this.#timer.unref();
  }

  async #sample(): Promise<void> {
    // If the reading fails, the next one may succeed. Callers of `report` get the error.
    const report = await this.report().catch(() => undefined);
    if (report && report !== this.#reported) this.#report(report);
    this.#next(this.#listeners.size > 0 ? WATCHED_MS : IDLE_MS);
  }

  #report(report: StatusReport): void {
    this.#reported = report;
    const moment = momentOf(report);
    const isKept = this.history.add(moment);
    for (const listener of this.#listeners) listener({ report, moment: isKept ? moment : undefined });
  }

  #complained(facts: FleetFacts): FleetFacts {
    for (const { source, error } of errorsIn(facts)) this.#onError(source, error);
    return facts;
  }
}

/** The servers that could not be read. */
function errorsIn(facts: FleetFacts) {
  return (['queue', 'mirror', 'source'] as const).flatMap((source) => {
    const fact = facts[source];
    return 'error' in fact ? [{ source, error: fact.error }] : [];
  });
}

function momentOf(report: StatusReport): Moment {
  const { at, facts, verdict } = report;
  return {
    at: at.getTime(),
    behindMs: verdict.behindMs,
    lag: lagOf(report) ?? null,
    perSecond: ratePerSec(facts, 'entriesPerSec'),
  };
}

/** A rate is computed only from an earlier reading of at most this age, in ms. */
const RATE_WINDOW_MS = 600_000;

/** The sums, with the entries per second since the earlier reading. */
function withRates(now: FleetStatus, before: Sums | undefined): Sums {
  const ms = before === undefined ? 0 : now.at.getTime() - before.at.getTime();
  const rate = (seen: number, earlier: number | undefined): number | null => {
    if (earlier === undefined || ms <= 0 || ms > RATE_WINDOW_MS) return null;
    return Math.max(0, ((seen - earlier) * 1000) / ms);
  };
  const types = now.types.map((type): TypeStatus => {
    const earlier = before?.types.find(({ keyType }) => keyType === type.keyType);
    return { ...type, perSecond: rate(type.seen, earlier?.seen) };
  });
  const backlogs = now.backlogs.map((backlog): BacklogStatus => {
    const earlier = before?.backlogs.find(({ key }) => key === backlog.key);
    const perSecond = rate(backlog.seen, earlier?.seen);
    return { ...backlog, perSecond, secondsLeft: perSecond ? Math.ceil(backlog.lag / perSecond) : null };
  });
  return { ...now, types, backlogs };
}
