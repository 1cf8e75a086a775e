import { processState, sortedProcesses } from '@redis-to-mongo/fleet-status';
import type { FleetProcess } from '@redis-to-mongo/job-queue';
import type { FastifyInstance } from 'fastify';
import { addExportRoutes } from '../export/export-routes.js';
import { inTime } from '../in-time.js';
import type { Site } from '../pages/layout.js';
import { workerRows, workersPage } from '../pages/workers-page.js';
import { ThrottledReader } from '../status/throttled-reader.js';
import { sendPage } from './send-page.js';

export interface WorkerRoutesOptions {
  /** Schedulers and workers, those that are gone lately among them. */
  readonly read: () => Promise<readonly FleetProcess[]>;
  readonly site: Site;
}

/** Read for all viewers, once a second at most. */
const PACE = { spacingMs: 1_000, share: 6, patienceMs: 3_000 };
const PATIENCE_MS = 3_000;
const COLUMNS = [
  'app',
  'state',
  'host',
  'pid',
  'version',
  'since',
  'jobs',
  'entriesPerSec',
  'keysPerSec',
  'memoryBytes',
  'eventLoopLagMs',
  'lastHeard',
] as const;

/** `/workers`: who works; `/workers/rows`: its changing part; as files too. */
export function addWorkerRoutes(server: FastifyInstance, { read, site }: WorkerRoutesOptions): void {
  const paced = new ThrottledReader(async () => {
    const processes = await inTime(read(), PATIENCE_MS, 'QUEUE_TIMEOUT');
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
    app,
    state: processState(process).word,
    host: about?.host,
    pid: about?.pid,
    version: about?.version,
    since: about && new Date(heard - about.uptimeSec * 1000),
    jobs: work?.jobs,
    entriesPerSec: work?.entriesPerSec,
    keysPerSec: work?.keysPerSec,
    memoryBytes: about?.memoryBytes,
    eventLoopLagMs: about?.eventLoopLagMs,
    lastHeard: new Date(heard),
  } satisfies Record<(typeof COLUMNS)[number], unknown>;
}
