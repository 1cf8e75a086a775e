import type { FastifyInstance } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { statusPage } from '../pages/status-page.js';
import { sendPage } from './send-page.js';

/** `/`: the status page; `/api/status`: the same for programs. */
export function addStatusRoutes(server: FastifyInstance, { poller, site }: Dashboard): void {
  server.get('/', async (_request, reply) => {
    return await sendPage(reply, statusPage(await poller.recent(), site));
  });
  server.get('/api/status', async () => {
    const { at, verdict, fleet, queue } = await poller.report();
    // The message of an unexpected error may quote data, so programs get only the codes.
    const withoutMessages =
      'errors' in fleet
        ? { ...fleet, errors: fleet.errors.map(({ key, code, at }) => ({ key, code, at })) }
        : { error: fleet.code };
    return { at, verdict, fleet: withoutMessages, queue: 'code' in queue ? { error: queue.code } : queue };
  });
}
