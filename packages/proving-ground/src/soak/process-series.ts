import type { Fleet } from '../fleet/fleet.js';
import type { FleetMember } from '../fleet/fleet-member.js';
import { repeatEvery } from '../program/until-moved.js';
import type { Sample, Tolerance } from './slope.js';

const MIB = 2 ** 20;

/** Watched figures of each process, with their metrics, and the growth that does not count as a leak. */
export const WATCHED = {
  'resident memory, MiB': { metric: 'process_resident_memory_bytes', unit: MIB, growth: 24, share: 0.15 },
  'heap in use, MiB': { metric: 'nodejs_heap_size_used_bytes', unit: MIB, growth: 12, share: 0.2 },
  'memory outside the heap, MiB': {
    metric: 'nodejs_external_memory_bytes',
    unit: MIB,
    growth: 12,
    share: 0.2,
  },
  'active handles': { metric: 'nodejs_active_handles_total', unit: 1, growth: 5, share: 0.1 },
  'active resources': { metric: 'nodejs_active_resources_total', unit: 1, growth: 8, share: 0.2 },
  'open files': { metric: 'process_open_fds', unit: 1, growth: 5, share: 0.1 },
} as const satisfies Record<string, Tolerance & { readonly metric: string; readonly unit: number }>;

export type WatchedName = keyof typeof WATCHED;

/** The samples of one figure of one process. */
export interface Series {
  readonly process: string;
  readonly what: WatchedName;
  readonly samples: Sample[];
}

/**
 * Reads the metrics of every process of a fleet repeatedly, each time after requesting a garbage collection.
 */
export class ProcessSeries {
  readonly #series = new Map<string, Series>();

  get all(): readonly Series[] {
    return [...this.#series.values()];
  }

  /** Measures every `everyMs` ms until the signal aborts. Skips a process that does not answer. */
  async run(fleet: Fleet, everyMs: number, signal: AbortSignal): Promise<void> {
    await repeatEvery(everyMs, signal, async () => {
      await Promise.all(
        fleet.members.filter(({ isRunning }) => isRunning).map((member) => this.#measure(member)),
      );
    });
  }

  async #measure(member: FleetMember): Promise<void> {
    // V8 may let garbage pile up for minutes. That growth is not a leak.
    member.collectGarbage();
    const text = await fetch(`${member.address}/metrics`, { signal: AbortSignal.timeout(5_000) })
      .then((answer) => answer.text())
      .catch(() => '');
    const atMs = performance.now();
    for (const what of watchedNames()) {
      const { metric, unit } = WATCHED[what];
      const value = metricIn(text, metric);
      if (value !== undefined) this.#seriesOf(member.name, what).samples.push({ atMs, value: value / unit });
    }
  }

  #seriesOf(process: string, what: WatchedName): Series {
    const id = `${process} ${what}`;
    const known = this.#series.get(id);
    if (known) return known;
    const series = { process, what, samples: [] };
    this.#series.set(id, series);
    return series;
  }
}

function watchedNames(): WatchedName[] {
  return Object.keys(WATCHED).filter((name): name is WatchedName => Object.hasOwn(WATCHED, name));
}

/** The value of a metric in Prometheus's text format; the first value of a metric with labels. */
export function metricIn(text: string, metric: string): number | undefined {
  const [, value] = new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text) ?? [];
  const number = Number(value);
  return value === undefined || !Number.isFinite(number) ? undefined : number;
}
