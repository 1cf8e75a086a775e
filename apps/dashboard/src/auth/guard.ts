import type { Logger } from '@redis-to-mongo/app-shell';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { sendError, wantsPage } from '../routes/send-error.js';
import type { Credentials } from './account.js';
import { mayChange } from './same-origin.js';
import type { SessionData } from './sessions.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set after a login; empty otherwise. */
    session: SessionData;
  }
}

/** Open to all: the login form with its styles, and whether the process lives. */
const OPEN = new Set(['/login', '/healthz', '/assets/app.css', '/assets/favicon.svg']);

/** Open to all. Shows details only after a login. */
const HALF_OPEN = '/readyz';

/** Paths for programs, which also accept `Authorization: Basic`. They only read, so no page can make a browser misuse it. */
const FOR_PROGRAMS = new Set([HALF_OPEN, '/metrics', '/api/status']);

/**
 * Guards every route, known or not, except the open ones: they need a login. Requests that change something must come
 * from the dashboard's own pages; this includes the login itself.
 * @returns a function that tells whether an admitted request belongs to a logged-in user.
 */
export function addGuard(
  server: FastifyInstance,
  { sessions, cookie, limiter, basePath }: Dashboard,
): (request: FastifyRequest) => boolean {
  const known = new WeakSet<FastifyRequest>();
  server.decorateRequest('session');
  server.addHook('onRequest', async (request, reply) => {
    request.session = {};
    if (!mayChange(request.method, request.host, request.headers)) {
      return await sendError(request, reply, 403, {
        error: 'This request does not come from a page of the dashboard.',
        advice:
          'If it does, a proxy changed its Host header: configure the proxy to forward it (in nginx: proxy_set_header Host $http_host), or use HTTPS.',
      });
    }
    const route = request.routeOptions.url ?? '';
    if (OPEN.has(route)) return;
    const id = cookie.idOf(request);
    const session = id === undefined ? undefined : sessions.dataOf(id);
    if (session) {
      request.session = session;
      known.add(request);
      // Pages behind the login must not be cached by intermediaries.
      reply.header('cache-control', 'no-store');
      return;
    }
    if (FOR_PROGRAMS.has(route) && (await isKnownProgram(request, reply, limiter))) {
      known.add(request);
      return;
    }
    if (route === HALF_OPEN && request.headers.authorization === undefined) return;
    if (!reply.sent) return await turnAway(request, reply, basePath);
  });
  return (request) => known.has(request);
}

async function isKnownProgram(
  request: FastifyRequest,
  reply: FastifyReply,
  limiter: Dashboard['limiter'],
): Promise<boolean> {
  const credentials = basicCredentials(request.headers.authorization);
  const login = credentials && (await limiter.checkEach(request, credentials));
  if (login?.result === 'right') return true;
  if (login?.result === 'too many') {
    await reply
      .code(429)
      .header('retry-after', login.waitSeconds)
      .send({ error: 'Too many logins; try again later.' });
  } else if (!wantsPage(request)) {
    reply.header('www-authenticate', 'Basic realm="redis-to-mongo", charset="UTF-8"');
  }
  return false;
}

/** Redirects a person to the login, which leads back. Answers a program with 401. */
async function turnAway(
  request: FastifyRequest,
  reply: FastifyReply,
  basePath: string,
): Promise<FastifyReply> {
  // A part of a page, which the script of the page asks for. The form does not fit into it: the whole page is loaded again.
  if (request.headers['hx-request'] !== undefined) {
    return await sendError(request, reply.header('HX-Refresh', 'true'), 401, { error: 'Log in first.' });
  }
  if (request.method === 'GET' && wantsPage(request)) {
    return await reply.redirect(`${basePath}/login?next=${encodeURIComponent(request.url)}`, 303);
  }
  const isForPages = !FOR_PROGRAMS.has(request.routeOptions.url ?? '');
  const isProgram = request.headers.authorization !== undefined;
  const error =
    isProgram && isForPages ? `HTTP Basic is only for ${[...FOR_PROGRAMS].join(', ')}.` : 'Log in first.';
  return await sendError(request, reply, 401, { error });
}

/** The credentials of an `Authorization: Basic` header, if it is one. Source: RFC 7617. */
export function basicCredentials(header: string | undefined): Credentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/**
 * Warns once that an untrusted proxy is in front of the dashboard. Then all its clients count as one, so a client that
 * guesses passwords locks all of them out.
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
