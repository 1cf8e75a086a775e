import { QUEUE_NAME, scheduledJobId } from '@redis-to-mongo/job-queue';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { inTime } from '../in-time.js';
import { readKeyDetail } from '../keys/key-detail.js';
import type { KeyRow } from '../keys/key-list.js';
import { keyOfAddress } from '../keys/key-path.js';
import { keyQueryPath, parseKeyQuery } from '../keys/key-query.js';
import { keyStatus } from '../keys/key-status.js';
import { matchingKeys } from '../keys/matching-keys.js';
import { keyContent, keyPage } from '../pages/key-page.js';
import { valuesContent } from '../pages/keys/values-panel.js';
import { keyRows, keysPage } from '../pages/keys-page.js';
import { addExportRoutes } from './export-routes.js';
import { rangeOf } from './history-routes.js';
import { paramsOf, updateAddress } from './list-address.js';
import { sendError } from './send-error.js';
import { sendPage } from './send-page.js';

const PATIENCE_MS = 3_000;

/**
 * `/keys`: the list; `/key`: one of them; `/keys/rows` and `/key/detail`: their changing parts; `/key/job`: leads to
 * the key's next job; `/key/values`: the key's content on both sides, if it may be shown.
 */
export function addKeyRoutes(server: FastifyInstance, dashboard: Dashboard): void {
  const { list, keys: sources, records, site, basePath, showValues, logger } = dashboard;
  const keyOf = (request: FastifyRequest) => keyOfAddress(paramsOf(request), list.nameOf);
  const detailOf = async (request: FastifyRequest) => {
    const key = await keyOf(request);
    return key === undefined ? undefined : await readKeyDetail(sources, key);
  };
  server.get('/keys', async (request, reply) => {
    const query = parseKeyQuery(paramsOf(request));
    return await sendPage(reply, keysPage(query, await list.page(query), site, reply.generateCsrf()));
  });
  server.get('/keys/rows', async (request, reply) => {
    const query = parseKeyQuery(paramsOf(request));
    updateAddress(request, reply, basePath, keyQueryPath(query, query));
    return await sendPage(reply, keyRows(query, await list.page(query), site));
  });
  addExportRoutes(server, {
    page: 'keys',
    columns: KEY_COLUMNS,
    async *rows(params) {
      for await (const key of matchingKeys(sources, parseKeyQuery(params))) yield exportedKey(key);
    },
  });
  server.get('/key', async (request, reply) => {
    const detail = await detailOf(request);
    if (!detail) return await unknownKey(request, reply);
    // A viewed key is sampled from now on. If this can't be saved, the page is shown anyway.
    void records.watchKey(detail.summary.key).catch(() => {});
    const range = rangeOf(paramsOf(request));
    return await sendPage(reply, keyPage(detail, site, reply.generateCsrf(), range, showValues));
  });
  server.get('/key/detail', async (request, reply) => {
    const detail = await detailOf(request);
    if (!detail) return await unknownKey(request, reply);
    return await sendPage(reply, keyContent(detail, site.readOnly));
  });
  server.get('/key/job', async (request, reply) => {
    const key = await keyOf(request);
    if (key === undefined) return await unknownKey(request, reply);
    const [at] = await inTime(sources.nextRuns([key]), PATIENCE_MS, 'QUEUE_TIMEOUT');
    if (at === undefined || at === null)
      return await sendError(request, reply, 404, { error: 'This key has no job scheduler.' });
    const job = encodeURIComponent(scheduledJobId(key, at));
    return await reply.redirect(`${basePath}/queues/queue/${QUEUE_NAME}/${job}`, 303);
  });
  // Each view is logged, and recorded in the audit.
  server.get('/key/values', async (request, reply) => {
    if (!showValues)
      return await sendError(request, reply, 403, {
        error: 'Values are not shown here.',
        advice: 'DASHBOARD_SHOW_VALUES=true shows them.',
      });
    const key = await keyOf(request);
    const state =
      key === undefined ? undefined : await inTime(sources.readKey(key), PATIENCE_MS, 'MONGO_TIMEOUT');
    if (!state) return await unknownKey(request, reply);
    logger.info('the values of a key were viewed', { key: state.key, from: request.ip });
    const book = records.book(request.ip);
    await book.note({ action: 'look', key: state.key, result: 'its values' });
    await book.flush();
    return await sendPage(reply, valuesContent(state.key, state.keyType, await sources.readValues(state)));
  });
}

/** Says that there is no such key. */
async function unknownKey(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return await sendError(request, reply, 404, {
    error: 'MongoDB does not have this key.',
    advice: 'It is not mirrored, or its first job has not run yet.',
  });
}

/** The columns of an exported list of keys. */
const KEY_COLUMNS = [
  ...['key', 'keyType', 'stream', 'type', 'status', 'lag', 'position'],
  ...['seen', 'written', 'alreadyThere', 'dead', 'gap'],
  ...['incarnation', 'lastChangedAt', 'lastSyncedAt', 'error'],
];

/** A key as it stands in an exported list. */
function exportedKey(key: KeyRow['key']) {
  const time = (ms: number | null) => (ms === null ? null : new Date(ms));
  return {
    ...key,
    status: keyStatus(key),
    position: key.entryId,
    lastChangedAt: time(key.lastChangedAt),
    lastSyncedAt: time(key.lastSyncedAt),
    error: key.error?.code,
  };
}
