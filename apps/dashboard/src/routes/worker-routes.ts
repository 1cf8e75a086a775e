import { processState, sortedProcesses } from '@redis-to-mongo/fleet-status';
import type { FleetProcess } from '@redis-to-mongo/job-queue';
import type { FastifyInstance } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { inTime } from '../in-time.js';
import { workerRows, workersPage } from '../pages/workers-page.js';
import { PACE, ThrottledReader } from '../status/throttled-reader.js';
import { addExportRoutes } from './export-routes.js';
import { sendPage } from './send-page.js';

const PATIENCE_MS = 3_000;
const COLUMNS = [
  ...['app', 'state', 'host', 'pid', 'version', 'since', 'jobs', 'entriesPerSec', 'keysPerSec'],
  ...['memoryBytes', 'eventLoopLagMs', 'lastHeard'],
];

/** `/workers`: the processes; `/workers/rows`: the changing part; also as files. */
export function addWorkerRoutes(server: FastifyInstance, { readProcesses, site }: Dashboard): void {
  const paced = new ThrottledReader(async () => {
    const processes = await inTime(readProcesses(), PATIENCE_MS, 'QUEUE_TIMEOUT');
    return { processes, at: new Date() };
  }, PACE);
  server.get('/workers', async (_request, reply) => {
    const { processes, at } = await paced.read();
    return await sendPage(reply, workersPage(processes, at, site));
  });
  server.get('/workers/rows', async (_request, reply) => {
    const { processes, at } = await paced.read();
    return await sendPage(reply, workerRows(processes, at));
  });
  addExportRoutes(server, {
    page: 'workers',
    columns: COLUMNS,
    async *rows() {
      const { processes, at } = await paced.read();
      for (const process of sortedProcesses(processes)) yield exported(process, at);
    },
  });
}

function exported(process: FleetProcess, at: Date) {
  const { app, about, work, silentMs } = process;
  const heard = at.getTime() - silentMs;
  return {
    ...{ ...about, ...work, app },
    state: processState(process).word,
    since: about && new Date(heard - about.uptimeSec * 1000),
    lastHeard: new Date(heard),
  };
}
