import type { FastifyInstance } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { inTime } from '../in-time.js';
import { keyOfAddress } from '../keys/key-path.js';
import { valuesContent } from '../pages/keys/values-panel.js';
import { unknownKey } from './key-routes.js';
import { paramsOf } from './list-address.js';
import { sendError } from './send-error.js';
import { sendPage } from './send-page.js';

const PATIENCE_MS = 3_000;

/** `/key/values`: a key's content on both sides, if it may be shown. Each view is logged, and recorded in the audit. */
export function addValueRoutes(server: FastifyInstance, dashboard: Dashboard): void {
  const { keys: sources, list, records, showValues, logger } = dashboard;
  server.get('/key/values', async (request, reply) => {
    if (!showValues)
      return await sendError(request, reply, 403, {
        error: 'Values are not shown here.',
        advice: 'DASHBOARD_SHOW_VALUES=true shows them.',
      });
    const key = await keyOfAddress(paramsOf(request), list.nameOf);
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
