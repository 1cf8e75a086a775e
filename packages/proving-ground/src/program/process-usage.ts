import { readFile } from 'node:fs/promises';
import pidusage from 'pidusage';
import { ProvingError } from '../proving-error.js';

/** CPU and memory of a process. */
export interface ProcessUsage {
  /** CPU time of the process and of its ended children, in seconds. */
  readonly cpuSeconds: number;
  /** Peak memory (Linux), or current memory (elsewhere), in bytes. */
  readonly peakBytes: number;
  /** Current memory, in bytes. */
  readonly bytes: number;
}

/** Units per second of the CPU times in /proc: 100 on every Linux that Node runs on. */
const TICKS = 100;

/**
 * Reads /proc on Linux, and uses pidusage elsewhere (macOS, BSD, Windows). CPU time has a resolution of 10 ms
 * or better. On Linux, pidusage would lack two figures: peak memory, and the CPU time of ended children.
 * @throws ProvingError `PROVING_APP_FAILED` if there is no such process.
 */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  const absent = (cause: unknown) => {
    throw new ProvingError('PROVING_APP_FAILED', 'a process that is measured has ended by itself', { cause });
  };
  if (process.platform !== 'linux') {
    const { ctime, memory } = await pidusage(pid).catch(absent);
    return { cpuSeconds: ctime / 1000, peakBytes: memory, bytes: memory };
  }
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]).catch(absent);
  const held = (name: string) =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
  return { cpuSeconds: parseStat(stat), peakBytes: held('VmHWM'), bytes: held('VmRSS') };
}

/**
 * CPU seconds from a line of /proc/<pid>/stat: fields 14 to 17 are utime, stime, cutime and cstime.
 * Source: man 5 proc_pid_stat.
 */
export function parseStat(stat: string): number {
  // The second field, the name in brackets, may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / TICKS;
}
