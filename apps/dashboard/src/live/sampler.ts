import type { StatusReader } from '../status/status-reader.js';
import { isReadable, lagOf, type StatusReport, total } from '../status/status-report.js';
import { History, type Moment } from './history.js';

/** A reading, and the moment of the history it became, if any. */
export interface Sample {
  readonly report: StatusReport;
  readonly moment: Moment | undefined;
}

export interface SamplerTimes {
  /** Between two readings while somebody looks, in ms. */
  readonly watchedMs: number;
  /** While nobody does, in ms: the history goes on. */
  readonly idleMs: number;
}

const TIMES: SamplerTimes = { watchedMs: 2_000, idleMs: 10_000 };

/** Reads the status again and again, once for all who look. The reader spaces its readings by what they take. */
export class Sampler {
  readonly history = new History();
  readonly #reader: StatusReader;
  readonly #times: SamplerTimes;
  readonly #listeners = new Set<(sample: Sample) => void>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #last: StatusReport | undefined;

  constructor(reader: StatusReader, times: SamplerTimes = TIMES) {
    this.#reader = reader;
    this.#times = times;
    this.#next(0);
  }

  /** The newest report; reads one where there is none. */
  async report(): Promise<StatusReport> {
    return await this.#reader.read();
  }

  /** Tells of each reading from now on. @returns what ends that. */
  subscribe(listener: (sample: Sample) => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#next(0);
    return () => this.#listeners.delete(listener);
  }

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

  /** The reader does not throw: what can't be read is part of the report. */
  async #sample(): Promise<void> {
    const report = await this.#reader.read();
    if (report !== this.#last) {
      this.#last = report;
      const moment = momentOf(report);
      const isKept = this.history.add(moment);
      for (const listener of this.#listeners) listener({ report, moment: isKept ? moment : undefined });
    }
    this.#next(this.#listeners.size > 0 ? this.#times.watchedMs : this.#times.idleMs);
  }
}

function momentOf(report: StatusReport): Moment {
  const { at, fleet, verdict } = report;
  const isRateKnown = isReadable(fleet) && fleet.types.some(({ perSecond }) => perSecond !== null);
  return {
    at: at.getTime(),
    behindMs: verdict.behindMs,
    lag: lagOf(report) ?? null,
    perSecond: isRateKnown ? total(fleet.types, 'perSecond') : null,
  };
}
