import type { Cell, Progress } from '@redis-to-mongo/terminal';
import { tableLines } from '@redis-to-mongo/terminal/table';
import type { ChaosOptions } from './chaos-options.js';
import type { FaultKind } from './faults.js';

/** The result of a run. */
export interface ChaosReport extends Pick<ChaosOptions, 'seed' | 'seconds' | 'workers' | 'rate' | 'with'> {
  readonly ok: boolean;
  /** The servers, such as `redis-server 7.0.15 from PATH`. */
  readonly servers: readonly string[];
  /** Number of times per fault, sorted by name. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly entries: number;
  /** Changes of values. Each made a state of its own. */
  readonly states: number;
  /** Number of "complete" verdicts that were compared with what was written. */
  readonly verdicts: number;
  /** Other counts, with descriptions. */
  readonly counted: readonly (readonly [what: string, count: number])[];
  /** Empty if the run succeeded. */
  readonly problems: readonly string[];
}

/** The report as text. */
export function chaosLines(report: ChaosReport, colors: Progress['colors']): string[] {
  const faults = Object.entries(report.faults).map(([kind, times]): Cell[] => [kind, times]);
  return [
    ...tableLines(['fault', 'times'], faults, colors),
    '',
    ...tableLines(['', ''], report.counted, colors),
    '',
    report.ok
      ? 'every entry is there once or accounted for; every value is equal and only had states from Redis; no position went back; no verdict was wrongly complete'
      : `${report.problems.length} problems; --seed ${report.seed} repeats the plan`,
  ];
}
