import { processState, sortedProcesses } from '@redis-to-mongo/fleet-status';
import type { FleetProcess } from '@redis-to-mongo/job-queue';
import { throwRedisError } from '@redis-to-mongo/redis-connection';
import { type Cell, colored, largestUnit } from '@redis-to-mongo/terminal';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';

const COLORS = { good: 'green', bad: 'red', idle: 'dim' } as const;

export async function workers({ out, clients }: Call): Promise<Ending> {
  const queue = await clients.queue();
  const processes = await queue.processes().catch(throwRedisError('queue'));
  const sorted = sortedProcesses(processes);
  if (out.isJson) out.json({ processes: sorted });
  else if (sorted.length === 0) out.line('no process is running, and none was in the last ten minutes');
  else
    out.table(
      [
        'PROCESS',
        'STATE',
        'VERSION',
        'UP',
        '>JOBS',
        '>ENTRIES/S',
        '>KEYS/S',
        '>MEMORY',
        '>EVENT LOOP',
        '>HEARD AGO',
      ],
      sorted.map(row),
    );
  const isAlive = (app: FleetProcess['app']) =>
    processes.some((each) => each.app === app && each.is === 'alive' && each.state !== 'standby');
  return isAlive('worker') && isAlive('scheduler') ? 'ok' : 'failed';
}

function row(process: FleetProcess): readonly Cell[] {
  const { app, about, work, silentMs, is } = process;
  const { word, tone } = processState(process);
  const alive = <Value>(value: Value | undefined): Value | '' => (is === 'alive' ? (value ?? '') : '');
  return [
    `${app} ${about ? `${about.host}:${about.pid}` : ''}`.trimEnd(),
    colored(word, COLORS[tone]),
    about?.version,
    about ? largestUnit(about.uptimeSec * 1000) : '',
    alive(work?.jobs),
    alive(work?.entriesPerSec),
    alive(work?.keysPerSec),
    about ? `${Math.round(about.memoryBytes / (1 << 20))} MiB` : '',
    alive(about && `${about.eventLoopLagMs} ms`),
    largestUnit(silentMs),
  ];
}
