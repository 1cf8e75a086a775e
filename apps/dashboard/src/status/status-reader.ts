import type { FleetReading } from '../keys/sum-up.js';
import { codeOf } from './code-of.js';
import type { BacklogStatus, QueueStatus, StatusReport, TypeStatus, Unreadable } from './status-report.js';

export interface StatusSources {
  readFleet(): Promise<FleetReading>;
  readQueue(): Promise<QueueStatus>;
  /** Told what could not be read. */
  onError(source: 'fleet' | 'queue', error: unknown): void;
}

/** A report is used for at least this long, in ms, and for five times as long as it took to read. */
const KEEP_MS = 1_000;
const KEEP_TIMES_READ = 5;
/** Time for each source, in ms; the queue's own client would wait for much longer. */
const TIMEOUT_MS = 5_000;
/** A rate is told only against a reading of at most this age, in ms. */
const RATE_WINDOW_MS = 600_000;

/**
 * Reads the status, once for all who ask: however many pages are open, the servers are asked one after the other, and
 * spend at most a sixth of their time on it.
 */
export class StatusReader {
  readonly #sources: StatusSources;
  #reading: Promise<StatusReport> | undefined;
  #last: StatusReport | undefined;
  #freshUntil = 0;

  constructor(sources: StatusSources) {
    this.#sources = sources;
  }

  async read(): Promise<StatusReport> {
    if (this.#last && Date.now() < this.#freshUntil) return this.#last;
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = undefined;
    });
    return await this.#reading;
  }

  async #readNow(): Promise<StatusReport> {
    const began = Date.now();
    const { readFleet, readQueue, onError } = this.#sources;
    const failed = (source: 'fleet' | 'queue') => (error: unknown) => {
      onError(source, error);
      return { code: codeOf(error) };
    };
    const [fleet, queue] = await Promise.all([
      inTime(readFleet()).catch(failed('fleet')),
      inTime(readQueue()).catch(failed('queue')),
    ]);
    const report: StatusReport = { at: new Date(), fleet: withRates(fleet, this.#last?.fleet), queue };
    this.#last = report;
    this.#freshUntil = Date.now() + Math.max(KEEP_MS, KEEP_TIMES_READ * (Date.now() - began));
    return report;
  }
}

function withRates(
  now: FleetReading | Unreadable,
  last: StatusReport['fleet'] | undefined,
): StatusReport['fleet'] {
  if ('code' in now) return now;
  const before = last === undefined || 'code' in last ? undefined : last;
  // The same reading once more.
  if (before?.at.getTime() === now.at.getTime()) return before;
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

async function inTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new StatusTimeout('the status was not answered in time')), TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

class StatusTimeout extends Error {
  readonly code = 'STATUS_TIMEOUT';
}
