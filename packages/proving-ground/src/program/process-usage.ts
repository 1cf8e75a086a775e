import { readFile } from 'node:fs/promises';
import pidusage from 'pidusage';
import { ProvingError } from '../proving-error.js';

/** What a process has used since it began. */
export interface ProcessUsage {
  /** CPU time of the process and of its children that have ended, in seconds. */
  readonly cpuSeconds: number;
  /** The most memory it held (Linux), or what it holds now (elsewhere), in bytes. */
  readonly peakBytes: number;
  /** What it holds now, in bytes. */
  readonly bytes: number;
}

/** The unit of CPU times in /proc, a second's part: 100 on every Linux that Node runs on. */
const TICKS = 100;

/**
 * From /proc on Linux, by pidusage elsewhere (macOS, BSD, Windows); both count CPU time in steps of 10 ms or finer there.
 * On Linux pidusage would lack two figures: the most memory that the process ever held, and the CPU time of its children
 * that have ended.
 * @throws ProvingError `PROVING_APP_FAILED` when there is no such process.
 */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  if (process.platform !== 'linux') {
    const { ctime, memory } = await pidusage(pid).catch((cause: unknown) => {
      throw new ProvingError('PROVING_APP_FAILED', 'a process that is measured has ended by itself', {
        cause,
      });
    });
    return { cpuSeconds: ctime / 1000, peakBytes: memory, bytes: memory };
  }
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]).catch((cause: unknown) => {
    throw new ProvingError('PROVING_APP_FAILED', 'a process that is measured has ended by itself', { cause });
  });
  const held = (name: string) =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
  return { cpuSeconds: parseStat(stat), peakBytes: held('VmHWM'), bytes: held('VmRSS') };
}

/** utime, stime, cutime and cstime are the fields 14 to 17. Source: man 5 proc_pid_stat. */
export function parseStat(stat: string): number {
  // The second field, the name in brackets, may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / TICKS;
}
