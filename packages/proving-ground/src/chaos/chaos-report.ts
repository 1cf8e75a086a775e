import { type Cell, type Progress, tableLines } from '@redis-to-mongo/terminal';
import type { ChaosOptions } from './chaos-options.js';
import type { FaultKind } from './fault.js';

/** What a run found. */
export interface ChaosReport extends Pick<ChaosOptions, 'seed' | 'seconds' | 'workers' | 'rate' | 'with'> {
  readonly ok: boolean;
  /** What ran, such as `redis-server 7.0.15 from PATH`. */
  readonly servers: readonly string[];
  /** How often each fault came, in the order of their names. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly streams: number;
  readonly incarnations: number;
  readonly entries: number;
  readonly messages: number;
  readonly deadLetters: number;
  /** Entries counted as gaps: dropped by Redis before their position was saved. */
  readonly gaps: number;
  /** Of the entries that are in MongoDB nowhere, those that Redis dropped. */
  readonly lost: number;
  /** Written a second time, and found themselves there. */
  readonly alreadyThere: number;
  /** Entries whose XADD was not answered: found in Redis afterward, or not. */
  readonly unanswered: { readonly found: number; readonly absent: number };
  /** Values of all other types. */
  readonly values: number;
  readonly valueChanges: number;
  /** Different states of values that were met in MongoDB while things broke. */
  readonly states: number;
  /**
   * How often the verdict on the mirror was asked for, a second apart; how often it was complete, or reported nothing but losses and
   * refusals within the hour; and how often that was held against what was written.
   */
  readonly verdicts: { readonly asked: number; readonly complete: number; readonly checked: number };
  /** How often all positions were read while things broke. */
  readonly positionReads: number;
  readonly processes: number;
  /** The most memory that one process of each app held, in MiB. */
  readonly peakMiB: Readonly<Record<string, number>>;
  /** From the last write until everything had settled, in s. */
  readonly settledAfter: number;
  /** Empty when all is well. */
  readonly problems: readonly string[];
}

/** The report as lines for people. */
export function chaosLines(report: ChaosReport, colors: Progress['colors']): string[] {
  const faults = Object.entries(report.faults).map(([kind, times]): Cell[] => [kind, times]);
  return [
    ...tableLines(['fault', 'times'], faults, colors),
    '',
    ...tableLines(['', ''], chaosRows(report), colors),
    '',
    report.ok
      ? 'every entry once, or accounted for; every value equal, and always in a state that Redis had; no position went back; never called complete wrongly'
      : `${report.problems.length} problems; --seed ${report.seed} repeats the plan`,
  ];
}

/** What was counted, in words. */
function chaosRows(report: ChaosReport): [what: string, count: number][] {
  const { unanswered, peakMiB } = report;
  const total = Object.values(report.faults).reduce((sum, times) => sum + times, 0);
  return [
    ['faults', total],
    ['entries written', report.entries],
    [`streams, ${report.incarnations} incarnations`, report.streams],
    ['messages in MongoDB', report.messages],
    ['dead letters', report.deadLetters],
    ['entries counted as gaps', report.gaps],
    ['entries that Redis dropped unread', report.lost],
    ['written again, and already there', report.alreadyThere],
    ['XADDs without an answer that were executed', unanswered.found],
    ['XADDs without an answer that were not executed', unanswered.absent],
    ['changes of values', report.valueChanges],
    ['values equal', report.values],
    ['states of values seen in MongoDB, each one real', report.states],
    ['verdicts queried', report.verdicts.asked],
    ['of these, complete except losses and refusals of the last hour', report.verdicts.complete],
    ['of these, compared with what was written', report.verdicts.checked],
    ['checks of all positions', report.positionReads],
    ['processes of the fleet', report.processes],
    ...Object.entries(peakMiB).map(([app, mib]): [string, number] => [`peak memory of a ${app}, MiB`, mib]),
    ['seconds to settle', report.settledAfter],
    ['problems', report.problems.length],
  ];
}
