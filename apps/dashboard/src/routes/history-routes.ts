import { HISTORY_RANGES, type HistoryRange, historyPoints, keyPoints } from '@redis-to-mongo/fleet-status';
import type { FastifyInstance } from 'fastify';
import { addExportRoutes } from '../export/export-routes.js';
import { historyPage } from '../pages/history-page.js';
import type { Site } from '../pages/layout.js';
import type { Records } from '../records/records.js';
import { Readings } from '../status/throttled-reader.js';
import { paramsOf } from './list-address.js';
import { sendPage } from './send-page.js';

export interface HistoryRoutesOptions {
  readonly records: Pick<Records, 'readHistory' | 'readKeyHistory'>;
  readonly site: Site;
}

const COLUMNS = [
  'at',
  'level',
  'behindMs',
  'lag',
  'entriesPerSec',
  'keysPerSec',
  'due',
  'waiting',
  'workers',
  'schedulers',
  'lost',
  'dead',
] as const;

/** What the charts are drawn from: seconds since 1970, and a list for each line. */
interface HistoryData {
  readonly at: readonly number[];
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

/** `/history?range=hour|day|week`; `/history/data`, of the fleet or with `key` of one key; as files too. */
export function addHistoryRoutes(server: FastifyInstance, { records, site }: HistoryRoutesOptions): void {
  const readings = new Readings<HistoryData>();
  const since = (range: HistoryRange) => new Date(Date.now() - HISTORY_RANGES[range]);
  server.get('/history', async (request, reply) => {
    return await sendPage(reply, historyPage(rangeOf(paramsOf(request)), site));
  });
  server.get('/history/data', async (request) => {
    const params = paramsOf(request);
    const range = rangeOf(params);
    const key = params.get('key');
    return await readings.read(JSON.stringify([range, key]), async () => {
      if (key === null) return fleetData(historyPoints(await records.readHistory(since(range)), range));
      return keyData(keyPoints(await records.readKeyHistory(key, since(range)), range));
    });
  });
  addExportRoutes(server, {
    page: 'history',
    columns: COLUMNS,
    async *rows(params) {
      for (const sample of await records.readHistory(since(rangeOf(params)))) yield { ...sample };
    },
  });
}

/** The range that an address asks for; an hour where it asks for none. */
export function rangeOf(params: URLSearchParams): HistoryRange {
  const asked = params.get('range');
  return asked === 'day' || asked === 'week' ? asked : 'hour';
}

function fleetData(points: ReturnType<typeof historyPoints>): HistoryData {
  return {
    at: points.map(({ at }) => at.getTime() / 1000),
    series: {
      behindSec: points.map(({ behindMs }) => (behindMs === null ? null : Math.round(behindMs / 100) / 10)),
      lag: points.map(({ lag }) => lag),
      entriesPerSec: points.map(({ entriesPerSec }) => entriesPerSec),
      keysPerSec: points.map(({ keysPerSec }) => keysPerSec),
      due: points.map(({ due }) => due),
      workers: points.map(({ workers }) => workers),
      lost: points.map(({ lost }) => lost),
      dead: points.map(({ dead }) => dead),
    },
  };
}

function keyData(points: ReturnType<typeof keyPoints>): HistoryData {
  return {
    at: points.map(({ at }) => at.getTime() / 1000),
    series: {
      lag: points.map(({ lag }) => lag),
      entriesPerSec: points.map(({ entriesPerSec }) => entriesPerSec),
    },
  };
}
