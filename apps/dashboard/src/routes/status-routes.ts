import type { FastifyInstance } from 'fastify';
import { statusContent, statusPage } from '../pages/status-page.js';
import type { StatusReader } from '../status/status-reader.js';

/** `/`: the status page; `/status`: its changing part; `/api/status`: the same for programs. */
export function addStatusRoutes(server: FastifyInstance, reader: StatusReader, readOnly: boolean): void {
  server.get('/', async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    return statusPage(await reader.read(), readOnly).toString();
  });
  server.get('/status', async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    return statusContent(await reader.read()).toString();
  });
  server.get('/api/status', async () => {
    const { at, fleet, queue } = await reader.read();
    // Messages may quote data where nobody foresaw the error: programs get the codes.
    const withoutMessages =
      'errors' in fleet
        ? { ...fleet, errors: fleet.errors.map(({ key, code, at }) => ({ key, code, at })) }
        : { error: fleet.code };
    return { at, fleet: withoutMessages, queue: 'code' in queue ? { error: queue.code } : queue };
  });
}
