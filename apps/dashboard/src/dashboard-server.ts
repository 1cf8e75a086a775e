import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import cookie from '@fastify/cookie';
import csrf from '@fastify/csrf-protection';
import files from '@fastify/static';
import { addHealthRoutes } from '@redis-to-mongo/app-shell';
import { version } from '@redis-to-mongo/terminal';
import { type FastifyInstance, fastify } from 'fastify';
import { addGuard, warnOfProxy } from './auth/guard.js';
import { LoginLimiter } from './auth/login-limiter.js';
import { SessionCookie } from './auth/session-cookie.js';
import { Sessions } from './auth/sessions.js';
import type { Dashboard, DashboardOptions } from './dashboard-options.js';
import { KeyList } from './keys/key-list.js';
import { configurationPage } from './pages/configuration-page.js';
import type { Site } from './pages/layout.js';
import { verdictPart } from './pages/status/verdict-part.js';
import { addActionRoutes } from './routes/action-routes.js';
import { addAuditRoutes } from './routes/audit-routes.js';
import { addBase, belowBase } from './routes/base-path.js';
import { addBulkRoutes } from './routes/bulk-routes.js';
import { addHistoryRoutes } from './routes/history-routes.js';
import { addKeyRoutes } from './routes/key-routes.js';
import { addLetterRoutes } from './routes/letter-routes.js';
import { addLiveRoutes } from './routes/live-routes.js';
import { addLoginRoutes } from './routes/login-routes.js';
import { addQueueBoard } from './routes/queue-board.js';
import { addErrorPages } from './routes/send-error.js';
import { sendPage } from './routes/send-page.js';
import { addStatusRoutes } from './routes/status-routes.js';
import { addWorkerRoutes } from './routes/worker-routes.js';
import { addSecurityHeaders } from './security-headers.js';
import { webFolder } from './web-folder.js';

const SESSION_MS = 12 * 3600 * 1000;
const ASSETS = fileURLToPath(new URL('../assets/', import.meta.url));
const require = createRequire(import.meta.url);
/** Files of libraries that pages load, by their folders in /assets. */
const LIBRARIES = {
  uplot: {
    root: webFolder('uplot') ?? dirname(require.resolve('uplot/dist/uPlot.min.css')),
    files: ['uPlot.min.css', 'uPlot.iife.min.js'],
  },
  htmx: {
    root: webFolder('htmx') ?? dirname(require.resolve('htmx.org/dist/htmx.min.js')),
    files: ['htmx.min.js'],
  },
} as const;

/**
 * The dashboard's server, not listening yet. Everything is behind the login, except the login form (with its style
 * and icon), /healthz, and the answer of /readyz without details. For programs, `/readyz`, `/metrics` and `/api/status`
 * also accept the user name and password by HTTP Basic. Requests from a loopback address need the login, too: a proxy's
 * requests also come from there.
 */
export async function createDashboardServer(options: DashboardOptions): Promise<FastifyInstance> {
  const { logger, poller, basePath, trustedProxies, readOnly, grafanaUrl, configuration } = options;
  const server = fastify({
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    forceCloseConnections: true,
    requestTimeout: 30_000,
    routerOptions: { ignoreTrailingSlash: true },
    rewriteUrl: ({ url = '/' }) => belowBase(url, basePath),
  });
  const site: Site = {
    ...{ readOnly, grafanaUrl },
    version: version(),
    startedAt: new Date(),
    health: () => poller.last?.verdict.level,
    headline: () => poller.last && verdictPart(poller.last),
  };
  const dashboard: Dashboard = {
    ...options,
    site,
    sessions: new Sessions(options.sessionMs ?? SESSION_MS),
    cookie: new SessionCookie(basePath),
    limiter: new LoginLimiter(options.account),
    list: new KeyList(options.keys),
  };
  addErrorPages(server, logger);
  await addSecurityHeaders(server);
  addBase(server, basePath);
  await server.register(cookie);
  warnOfProxy(server, logger);
  const isKnown = addGuard(server, dashboard);
  // The page's token is accepted in the header only. Its secret is in the session, so the token is valid in no other session.
  await server.register(csrf, {
    sessionPlugin: '@fastify/session',
    getToken: ({ headers }) => String(headers['x-csrf-token'] ?? ''),
  });

  await server.register(files, { root: ASSETS, prefix: '/assets/', wildcard: false, cacheControl: false });
  for (const [folder, { root, files: names }] of Object.entries(LIBRARIES))
    for (const file of names)
      server.get(`/assets/${folder}/${file}`, async (_request, reply) => await reply.sendFile(file, root));
  await addLoginRoutes(server, dashboard);
  server.addHook('preClose', async () => poller.close());
  for (const addRoutes of ROUTES) addRoutes(server, dashboard);
  server.get('/configuration', async (_request, reply) => {
    return await sendPage(reply, configurationPage(configuration, site));
  });
  addHealthRoutes(server, { ...options.health, showsChecks: isKnown });
  await addQueueBoard(server, dashboard);
  return server;
}

/** The pages, and what they change. */
const ROUTES = [
  ...[addStatusRoutes, addWorkerRoutes, addLiveRoutes, addKeyRoutes, addActionRoutes],
  ...[addLetterRoutes, addBulkRoutes, addHistoryRoutes, addAuditRoutes],
];
