import type { Logger } from '@redis-to-mongo/app-shell';
import type { FastifyInstance } from 'fastify';

/**
 * Says once that a proxy stands before the dashboard which is not trusted: all its clients count as one then, so that
 * one who guesses passwords keeps everybody out.
 */
export function warnOfProxy(server: FastifyInstance, logger: Logger): void {
  let isLogged = false;
  server.addHook('onRequest', async ({ headers, ips, ip, socket }) => {
    if (isLogged || headers['x-forwarded-for'] === undefined || (ips ?? [ip]).length > 1) return;
    isLogged = true;
    logger.warn(
      'a proxy is not trusted, so all of its clients count as one: if it is yours, set DASHBOARD_TRUSTED_PROXIES to its address',
      { proxy: socket.remoteAddress },
    );
  });
}
