import type { Logger } from '@redis-to-mongo/app-shell';
import type { FastifyInstance } from 'fastify';
import { inTime } from '../in-time.js';
import type { KeyDetailSources } from '../keys/key-detail.js';
import { keyOfAddress } from '../keys/key-path.js';
import type { ReadKeyValues } from '../keys/key-values.js';
import { valuesContent } from '../pages/keys/values-panel.js';
import type { Records } from '../records/records.js';
import { unknownKey } from './key-routes.js';
import { paramsOf } from './list-address.js';
import { sendError } from './send-error.js';
import { sendPage } from './send-page.js';

export interface ValueRoutesOptions {
  readonly sources: Pick<KeyDetailSources, 'readKey'> & { readonly readValues: ReadKeyValues };
  readonly nameOf: Parameters<typeof keyOfAddress>[1];
  readonly records: Records;
  readonly showValues: boolean;
  readonly logger: Logger;
}

const PATIENCE_MS = 3_000;

/** `/key/values`: what a key holds on both sides, where that may be shown. Each view is logged, and kept in the audit. */
export function addValueRoutes(server: FastifyInstance, options: ValueRoutesOptions): void {
  const { sources, nameOf, records, showValues, logger } = options;
  server.get('/key/values', async (request, reply) => {
    if (!showValues)
      return await sendError(request, reply, 403, {
        error: 'Values are not shown here.',
        advice: 'DASHBOARD_SHOW_VALUES=true shows them.',
      });
    const key = await keyOfAddress(paramsOf(request), nameOf);
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
