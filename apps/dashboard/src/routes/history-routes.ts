import { HISTORY_RANGES, type HistoryRange, historyPoints, keyPoints } from '@redis-to-mongo/fleet-status';
import type { FastifyInstance } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { historyPage } from '../pages/history-page.js';
import { Readings } from '../status/throttled-reader.js';
import { addExportRoutes } from './export-routes.js';
import { paramsOf } from './list-address.js';
import { sendPage } from './send-page.js';

const COLUMNS = [
  ...(['at', 'level', 'behindMs', 'lag', 'entriesPerSec', 'keysPerSec', 'due', 'waiting'] as const),
  ...(['workers', 'schedulers', 'lost', 'dead'] as const),
];

const FLEET_SERIES = ['lag', 'entriesPerSec', 'keysPerSec', 'due', 'workers', 'lost', 'dead'] as const;

/** The data of the charts: seconds since 1970, and a list for each line. */
interface HistoryData {
  readonly at: readonly number[];
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

/** `/history?range=hour|day|week`; `/history/data`, for the fleet or, with `key`, for one key; also as files. */
export function addHistoryRoutes(server: FastifyInstance, { records, site }: Dashboard): void {
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
      const points = keyPoints(await records.readKeyHistory(key, since(range)), range);
      return dataOf(points, ['lag', 'entriesPerSec']);
    });
  });
  addExportRoutes(server, {
    page: 'history',
    columns: COLUMNS,
    async *rows(params) {
      for (const sample of await records.readHistory(since(rangeOf(params)))) yield sample;
    },
  });
}

/** The range in an address; default: an hour. */
export function rangeOf(params: URLSearchParams): HistoryRange {
  const asked = params.get('range');
  return asked === 'day' || asked === 'week' ? asked : 'hour';
}

function fleetData(points: ReturnType<typeof historyPoints>): HistoryData {
  const { at, series } = dataOf(points, FLEET_SERIES);
  const behindSec = points.map(({ behindMs: ms }) => (ms === null ? null : Math.round(ms / 100) / 10));
  return { at, series: { behindSec, ...series } };
}

/** The lines of some figures. */
function dataOf<Figure extends string>(
  points: readonly ({ readonly at: Date } & Readonly<Record<Figure, number | null>>)[],
  figures: readonly Figure[],
): HistoryData {
  return {
    at: points.map(({ at }) => at.getTime() / 1000),
    series: Object.fromEntries(figures.map((figure) => [figure, points.map((point) => point[figure])])),
  };
}
