import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import cookie from '@fastify/cookie';
import csrf from '@fastify/csrf-protection';
import files from '@fastify/static';
import { addHealthRoutes, type HealthRoutesOptions, type Logger } from '@redis-to-mongo/app-shell';
import type { FleetProcess } from '@redis-to-mongo/job-queue';
import { version } from '@redis-to-mongo/terminal';
import { type FastifyInstance, fastify } from 'fastify';
import type { Account } from './auth/account.js';
import { addGuard, warnOfProxy } from './auth/guard.js';
import { LoginLimiter } from './auth/login-limiter.js';
import { SessionCookie } from './auth/session-cookie.js';
import { Sessions } from './auth/sessions.js';
import { BulkRunner } from './bulk/bulk-runner.js';
import type { RunAction } from './keys/key-action.js';
import type { KeyDetailSources } from './keys/key-detail.js';
import { KeyList, type KeyListSources } from './keys/key-list.js';
import type { ReadKeyValues } from './keys/key-values.js';
import type { LetterSources } from './letters/letter-list.js';
import { LiveHub } from './live/live-hub.js';
import { configurationPage, type DescribedOptions } from './pages/configuration-page.js';
import type { Site } from './pages/layout.js';
import { verdictPart } from './pages/status/verdict-part.js';
import type { Records } from './records/records.js';
import { addActionRoutes } from './routes/action-routes.js';
import { addAuditRoutes } from './routes/audit-routes.js';
import { addBase, belowBase } from './routes/base-path.js';
import { addBulkRoutes } from './routes/bulk-routes.js';
import { addErrorPages } from './routes/error-pages.js';
import { addHistoryRoutes } from './routes/history-routes.js';
import { addKeyRoutes } from './routes/key-routes.js';
import { addLetterRoutes } from './routes/letter-routes.js';
import { addLiveRoutes } from './routes/live-routes.js';
import { addLoginRoutes } from './routes/login-routes.js';
import { addQueueBoard, type BoardQueue } from './routes/queue-board.js';
import { sendPage } from './routes/send-page.js';
import { addStatusRoutes } from './routes/status-routes.js';
import { addValueRoutes } from './routes/value-routes.js';
import { addWorkerRoutes } from './routes/worker-routes.js';
import { addSecurityHeaders } from './security-headers.js';
import type { FleetPoller } from './status/fleet-poller.js';
import { webFolder } from './web-folder.js';

export interface DashboardOptions {
  readonly account: Account;
  readonly queue: BoardQueue;
  readonly poller: FleetPoller;
  /** The fleet's processes, those that are gone lately among them. */
  readonly readProcesses: () => Promise<readonly FleetProcess[]>;
  readonly keys: KeyDetailSources & KeyListSources & { readonly readValues: ReadKeyValues };
  readonly runAction: RunAction;
  readonly letters: LetterSources;
  /** Who did what. */
  readonly records: Records;
  /** Whether pages show what keys and dead letters hold; default: no. */
  readonly showValues?: boolean;
  readonly health: HealthRoutesOptions;
  readonly readOnly: boolean;
  readonly logger: Logger;
  /** Addresses of proxies whose X-Forwarded-* headers count; default: none. */
  readonly trustedProxies?: readonly string[];
  /** Below which a proxy serves the dashboard, without a slash at its end; default: none. */
  readonly basePath?: string;
  /** Where the charts of Prometheus are; default: nowhere. */
  readonly grafanaUrl?: string | undefined;
  /** The effective configuration, as it may be shown; default: none is reported. */
  readonly configuration?: DescribedOptions;
  /** How long a login lasts, in ms; default 12 hours. */
  readonly sessionMs?: number;
}

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
 * The dashboard's server, not listening yet. Everything is behind the login but the login form itself (with its style
 * and icon), /healthz, and the bare answer of /readyz. `/readyz`, `/metrics` and `/api/status` also take the same user
 * name and password as HTTP Basic, for programs. A loopback address is no reason to let someone in: a proxy's requests
 * come from there too.
 */
export async function createDashboardServer(options: DashboardOptions): Promise<FastifyInstance> {
  const { logger, basePath = '', trustedProxies = [], sessionMs = SESSION_MS } = options;
  const server = fastify({
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    forceCloseConnections: true,
    requestTimeout: 30_000,
    routerOptions: { ignoreTrailingSlash: true },
    rewriteUrl: ({ url = '/' }) => belowBase(url, basePath),
  });
  addErrorPages(server, logger);
  await addSecurityHeaders(server);
  addBase(server, basePath);
  await server.register(cookie);
  warnOfProxy(server, logger);
  const sessions = new Sessions(sessionMs);
  const login = {
    sessions,
    cookie: new SessionCookie(basePath),
    desk: new LoginLimiter(options.account),
    basePath,
    logger,
  };
  const isKnown = addGuard(server, login);
  // A page's token, in the header alone. Its secret is in the session, so that it is of no use in another one.
  await server.register(csrf, {
    sessionPlugin: '@fastify/session',
    getToken: ({ headers }) => String(headers['x-csrf-token'] ?? ''),
  });

  await server.register(files, { root: ASSETS, prefix: '/assets/', wildcard: false, cacheControl: false });
  for (const [folder, { root, files: names }] of Object.entries(LIBRARIES))
    for (const file of names)
      server.get(`/assets/${folder}/${file}`, async (_request, reply) => await reply.sendFile(file, root));
  await addLoginRoutes(server, login);
  addPages(server, login, options);
  addHealthRoutes(server, { ...options.health, showsChecks: isKnown });
  await addQueueBoard(server, { ...options, basePath });
  return server;
}

function addPages(
  server: FastifyInstance,
  { sessions, cookie }: { sessions: Sessions; cookie: SessionCookie },
  options: DashboardOptions,
): void {
  const { poller, keys, letters, records, runAction, readOnly, logger } = options;
  const { basePath = '', showValues = false } = options;
  const site: Site = {
    readOnly,
    version: version(),
    startedAt: new Date(),
    grafanaUrl: options.grafanaUrl,
    health: () => poller.last?.verdict.level,
    headline: () => poller.last && verdictPart(poller.last),
  };
  server.addHook('preClose', async () => poller.close());
  addStatusRoutes(server, poller, site);
  addWorkerRoutes(server, { read: options.readProcesses, site });
  addLiveRoutes(server, { hub: new LiveHub(poller), sessions, cookie });
  const list = new KeyList(keys);
  addKeyRoutes(server, {
    list,
    sources: keys,
    showValues,
    watchKey: (key) => records.watchKey(key),
    site,
    basePath,
  });
  addValueRoutes(server, { sources: keys, nameOf: list.nameOf, records, showValues, logger });
  addActionRoutes(server, { records, run: runAction, readOnly, logger });
  addLetterRoutes(server, { records, letters, site, basePath, showValues, logger });
  addBulkRoutes(server, {
    records,
    logger,
    runner: new BulkRunner(logger),
    keys,
    letters,
    runAction,
    readOnly,
  });
  server.get('/configuration', async (_request, reply) => {
    return await sendPage(reply, configurationPage(options.configuration ?? [], site));
  });
  addHistoryRoutes(server, { records, site });
  addAuditRoutes(server, { records, site, basePath });
}
