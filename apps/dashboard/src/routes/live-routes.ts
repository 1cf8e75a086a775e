import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { LiveHub } from '../live/live-hub.js';

/** `/live`: server-sent events, for as long as the login lasts. */
export function addLiveRoutes(server: FastifyInstance, { poller, sessions, cookie }: Dashboard): void {
  const hub = new LiveHub(poller);
  server.get('/live', { exposeHeadRoute: false }, async (request, reply) => {
    const id = cookie.idOf(request) ?? '';
    const leave = hub.admit(id);
    if (typeof leave === 'string') {
      const code = leave === 'full' ? 503 : 429;
      return await reply.code(code).header('retry-after', 30).send({ error: 'Too many pages are open.' });
    }
    const stream = new PassThrough();
    stream.once('close', leave);
    reply.raw.once('close', () => stream.destroy());
    // Turns off buffering in proxies: this answer never ends, so a buffering proxy would never send it.
    reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no');
    void hub
      .open(stream, () => sessions.isValid(id))
      .catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
    return await reply.send(stream);
  });
  server.addHook('preClose', async () => hub.close());
}
