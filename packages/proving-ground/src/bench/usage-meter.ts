import { processUsage } from '../program/process-usage.js';

/** Pids of processes, by group name. */
export type Groups<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/** Usage of a group of processes during a measurement. */
export interface GroupUsage {
  /** CPU seconds. */
  readonly cpu: number;
  /** CPU as a share of one core. */
  readonly share: number;
  /** Memory at the end, and the sum of each process's peak, in bytes. */
  readonly bytes: number;
  readonly peakBytes: number;
}

/** The result of a measurement. */
export interface Measured<Name extends string> {
  readonly seconds: number;
  of(name: Name): GroupUsage;
}

/**
 * Starts to measure. The returned function ends the measurement; it takes the groups as they are at the end.
 */
export async function meter<Name extends string>(
  groups: Groups<Name>,
): Promise<(groupsNow?: Groups<Name>) => Promise<Measured<Name>>> {
  const from = await readAll(groups);
  const begin = performance.now();
  return async (groupsNow = groups) => {
    const seconds = (performance.now() - begin) / 1000;
    const to = await readAll(groupsNow);
    const of = (name: Name): GroupUsage => {
      const sum = { cpu: 0, bytes: 0, peakBytes: 0 };
      for (const pid of groupsNow[name]) {
        const { cpuSeconds = 0, bytes = 0, peakBytes = 0 } = to.get(pid) ?? {};
        sum.cpu += cpuSeconds - (from.get(pid)?.cpuSeconds ?? 0);
        sum.bytes += bytes;
        sum.peakBytes += peakBytes;
      }
      return { ...sum, share: sum.cpu / seconds };
    };
    return { seconds, of };
  };
}

async function readAll(groups: Groups<string>) {
  const pids = [...new Set(Object.values(groups).flat())];
  return new Map(await Promise.all(pids.map(async (pid) => [pid, await processUsage(pid)] as const)));
}

/** A server's pid; empty if the server was not started here. */
export function pidsOf({ pid }: { readonly pid?: number | undefined }): readonly number[] {
  return pid === undefined ? [] : [pid];
}
