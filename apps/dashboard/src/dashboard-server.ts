import { fileURLToPath } from 'node:url';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import files from '@fastify/static';
import { addHealthRoutes, type HealthRoutesOptions, type Logger } from '@redis-to-mongo/app-shell';
import { type FastifyInstance, fastify } from 'fastify';
import type { Account } from './auth/account.js';
import { addGuard } from './auth/guard.js';
import { LoginDesk } from './auth/login-desk.js';
import { Sessions } from './auth/sessions.js';
import { addLoginRoutes } from './routes/login-routes.js';
import { addQueueBoard, type BoardQueue } from './routes/queue-board.js';
import { addStatusRoutes } from './routes/status-routes.js';
import { addSecurityHeaders } from './security-headers.js';
import type { StatusReader } from './status/status-reader.js';

export interface DashboardOptions {
  readonly account: Account;
  readonly queue: BoardQueue;
  readonly status: StatusReader;
  readonly health: HealthRoutesOptions;
  readonly readOnly: boolean;
  readonly logger: Logger;
  /** Addresses of proxies whose X-Forwarded-* headers count; default: none. */
  readonly trustProxy?: string[];
  /** How long a login lasts, in ms; default 12 hours. */
  readonly sessionMs?: number;
}

const SESSION_MS = 12 * 3600 * 1000;
const ASSETS = fileURLToPath(new URL('../assets/', import.meta.url));

/**
 * The dashboard's server, not listening yet. Everything is behind the login but the login form itself (with its style
 * and icon) and /healthz. `/readyz`, `/metrics` and `/api/status` also take the same user name and password as HTTP
 * Basic, for programs. A loopback address is no reason to let somebody in: a proxy's requests come from there too.
 */
export async function createDashboardServer(options: DashboardOptions): Promise<FastifyInstance> {
  const { logger, sessionMs = SESSION_MS } = options;
  const server = fastify({
    trustProxy: options.trustProxy ?? false,
    forceCloseConnections: true,
    requestTimeout: 30_000,
    routerOptions: { ignoreTrailingSlash: true },
  });
  server.setErrorHandler(async (error: { statusCode?: number }, request, reply) => {
    const code = error.statusCode ?? 500;
    if (code >= 500)
      logger.error('a request failed', { error, method: request.method, path: request.routeOptions.url });
    return await reply
      .code(code)
      .send({ error: code >= 500 ? 'Something went wrong; see the log.' : 'Bad request.' });
  });
  server.setNotFoundHandler(
    async (_request, reply) => await reply.code(404).send({ error: 'There is no such page.' }),
  );

  await addSecurityHeaders(server);
  await server.register(cookie);
  await server.register(rateLimit, { global: false });
  const sessions = new Sessions(sessionMs);
  const desk = new LoginDesk(options.account, server);
  addGuard(server, sessions, desk);

  await server.register(files, { root: ASSETS, prefix: '/assets/', wildcard: false, cacheControl: false });
  await addLoginRoutes(server, { sessions, desk, logger });
  addStatusRoutes(server, options.status, options.readOnly);
  addHealthRoutes(server, options.health);
  await addQueueBoard(server, options);
  return server;
}
