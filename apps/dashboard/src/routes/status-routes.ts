import type { FastifyInstance } from 'fastify';
import type { Sampler } from '../live/sampler.js';
import { statusPage } from '../pages/status-page.js';

/** `/`: the status page; `/api/status`: the same for programs. */
export function addStatusRoutes(server: FastifyInstance, sampler: Sampler, readOnly: boolean): void {
  server.get('/', async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    return statusPage(await sampler.report(), readOnly).toString();
  });
  server.get('/api/status', async () => {
    const { at, verdict, fleet, queue } = await sampler.report();
    // Messages may quote data where nobody foresaw the error: programs get the codes.
    const withoutMessages =
      'errors' in fleet
        ? { ...fleet, errors: fleet.errors.map(({ key, code, at }) => ({ key, code, at })) }
        : { error: fleet.code };
    return { at, verdict, fleet: withoutMessages, queue: 'code' in queue ? { error: queue.code } : queue };
  });
}
