import type { Fleet } from '../fleet/fleet.js';
import type { FleetMember } from '../fleet/fleet-member.js';
import { repeatEvery } from '../program/repeat-every.js';
import type { Sample, Tolerance } from './slope.js';

const MIB = 2 ** 20;

/** What is watched of each process, by the names of its metrics, and what growth is no leak. */
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

/** One process's measurements of one thing. */
export interface Series {
  readonly process: string;
  readonly what: WatchedName;
  readonly samples: Sample[];
}

/** Asks every process of a fleet for its metrics, again and again, each time after its garbage was collected. */
export class ProcessSeries {
  readonly #series = new Map<string, Series>();

  get all(): readonly Series[] {
    return [...this.#series.values()];
  }

  /** Measures every `everyMs` ms until the signal aborts; a process that does not answer is measured the next time. */
  async run(fleet: Fleet, everyMs: number, signal: AbortSignal): Promise<void> {
    await repeatEvery(everyMs, signal, async () => {
      await Promise.all(
        fleet.members.filter(({ isRunning }) => isRunning).map((member) => this.#measure(member)),
      );
    });
  }

  async #measure(member: FleetMember): Promise<void> {
    // Left alone, V8 lets minutes of garbage pile up: that growth says nothing.
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

/** The value of a metric in Prometheus' text format; of several with labels, the first one's. */
export function metricIn(text: string, metric: string): number | undefined {
  const [, value] = new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text) ?? [];
  const number = Number(value);
  return value === undefined || !Number.isFinite(number) ? undefined : number;
}
