import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
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

const run = promisify(execFile);

/** The unit of CPU times in /proc, a second's part: 100 on every Linux that Node runs on. */
const TICKS = 100;

/**
 * From /proc on Linux (steps of 10 ms), from `ps` elsewhere.
 * @throws ProvingError `PROVING_APP_FAILED` when there is no such process.
 */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  if (process.platform !== 'linux') return await fromPs(pid);
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

async function fromPs(pid: number): Promise<ProcessUsage> {
  const { stdout } = await run('ps', ['-o', 'time=,rss=', '-p', String(pid)]).catch((cause: unknown) => {
    throw new ProvingError('PROVING_APP_FAILED', 'a process that is measured has ended by itself', { cause });
  });
  const [time = '', rss = '0'] = stdout.trim().split(/\s+/);
  return { cpuSeconds: parsePsTime(time), peakBytes: 1024 * Number(rss), bytes: 1024 * Number(rss) };
}

/** `1:02.50`, `3:01:02`, `2-03:01:02`: seconds last, days before a dash. */
export function parsePsTime(time: string): number {
  const [days, clock] = time.includes('-') ? time.split('-') : ['0', time];
  const seconds = (clock ?? '').split(':').reduce((sum, part) => 60 * sum + Number(part), 0);
  return 86_400 * Number(days) + seconds;
}
