import type { Cell, Progress } from '@redis-to-mongo/terminal';
import { tableLines } from '@redis-to-mongo/terminal/table';
import type { ChaosOptions } from './chaos-options.js';
import type { FaultKind } from './fault.js';

/** What a run found. */
export interface ChaosReport extends Pick<ChaosOptions, 'seed' | 'seconds' | 'workers' | 'rate' | 'with'> {
  readonly ok: boolean;
  /** What ran, such as `redis-server 7.0.15 from PATH`. */
  readonly servers: readonly string[];
  /** How often each fault came, in the order of their names. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly entries: number;
  /** Changes of values, each of which made a state. */
  readonly states: number;
  /** How often a verdict that called the mirror complete was compared with what was written. */
  readonly verdicts: number;
  /** What else was counted, in words. */
  readonly counted: readonly (readonly [what: string, count: number])[];
  /** Empty when all is well. */
  readonly problems: readonly string[];
}

/** The report as lines for people. */
export function chaosLines(report: ChaosReport, colors: Progress['colors']): string[] {
  const faults = Object.entries(report.faults).map(([kind, times]): Cell[] => [kind, times]);
  return [
    ...tableLines(['fault', 'times'], faults, colors),
    '',
    ...tableLines(['', ''], report.counted, colors),
    '',
    report.ok
      ? 'every entry once, or accounted for; every value equal, and always in a state that Redis had; no position went back; never called complete wrongly'
      : `${report.problems.length} problems; --seed ${report.seed} repeats the plan`,
  ];
}
