import { type FleetFacts, judge } from '@redis-to-mongo/fleet-status';
import type { FleetStatus } from '@redis-to-mongo/mongo-sink';
import { codeOf } from './code-of.js';
import { LOADING, Paced } from './paced.js';
import { queueStatusOf, type StatusReport, type Sums } from './status-report.js';
import { withRates } from './with-rates.js';

export interface StatusSources {
  /** What the verdict rests on; it does not throw. */
  readFacts(): Promise<FleetFacts>;
  /** Sums over all keys. */
  readSums(): Promise<FleetStatus>;
  /** Told what could not be read. */
  onError(source: 'sums' | 'queue' | 'mirror' | 'source', error: unknown): void;
}

/** Facts are asked for every second, and for a sixth of the time at most; they have their own time limits. */
const FACTS = { spacingMs: 1_000, share: 6, patienceMs: 15_000 };
/** Sums go through all keys: at most a twentieth of the time, and nobody waits for them for long. */
const SUMS = { spacingMs: 1_000, share: 20, patienceMs: 1_000 };

/** Reads the status, once for all who ask, however many pages are open. */
export class StatusReader {
  readonly #facts: Paced<FleetFacts>;
  readonly #sums: Paced<Sums>;
  readonly #onError: StatusSources['onError'];
  #last: StatusReport | undefined;

  constructor({ readFacts, readSums, onError }: StatusSources) {
    this.#onError = onError;
    let before: Sums | undefined;
    this.#facts = new Paced(async () => this.#told(await readFacts()), FACTS);
    this.#sums = new Paced(async () => {
      before = withRates(await readSums(), before);
      return before;
    }, SUMS);
  }

  /** The newest report; the same one until something is read anew. @throws when the facts take longer than they may. */
  async read(): Promise<StatusReport> {
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

  #told(facts: FleetFacts): FleetFacts {
    for (const source of ['queue', 'mirror', 'source'] as const) {
      const fact = facts[source];
      if ('error' in fact) this.#onError(source, fact.error);
    }
    return facts;
  }
}
