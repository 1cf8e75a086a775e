import { once } from 'node:events';
import { get } from 'node:http';
import { fastify } from 'fastify';
import { expect, test, vi } from 'vitest';
import { addExportRoutes } from '../src/routes/export-routes.js';

const PATIENT = { timeout: 10_000 };

test.each(['csv', 'json'])('an export as %s whose reader leaves reads its list no further', async (form) => {
  const server = fastify({ forceCloseConnections: true });
  const isLeft = vi.fn();
  let rows = 0;
  addExportRoutes(server, {
    page: 'keys',
    columns: ['key'],
    async *rows() {
      try {
        for (;;) yield { key: `${rows++} ${'x'.repeat(1_000)}` };
      } finally {
        isLeft();
      }
    },
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  try {
    const request = get(`${address}/keys.${form}`);
    request.on('error', () => {});
    const [answer] = await once(request, 'response');
    await once(answer, 'data');
    request.destroy();
    await vi.waitFor(() => expect(isLeft).toHaveBeenCalledOnce(), PATIENT);
  } finally {
    await server.close();
  }
});
