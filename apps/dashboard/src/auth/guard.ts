import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { basicCredentials } from './basic-credentials.js';
import type { LoginDesk } from './login-desk.js';
import { mayChange } from './same-origin.js';
import { sessionIdOf } from './session-cookie.js';
import type { Sessions } from './sessions.js';

/** Open to all: the login form with what it looks like, and whether the process lives. */
const OPEN = new Set(['/login', '/healthz', '/assets/app.css', '/assets/favicon.svg']);

/** For programs: these take `Authorization: Basic` too. They only read, so that no page can make a browser misuse it. */
const FOR_PROGRAMS = new Set(['/readyz', '/metrics', '/api/status']);

/**
 * Stands before every route, known or not, except the open ones: without a login nothing is answered. Requests that
 * change something must come from the dashboard's own pages, the login itself included.
 */
export function addGuard(server: FastifyInstance, sessions: Sessions, desk: LoginDesk): void {
  server.addHook('onRequest', async (request, reply) => {
    if (!mayChange(request.method, request.host, request.headers)) {
      return await reply
        .code(403)
        .send({ error: 'This request does not come from a page of the dashboard.' });
    }
    const route = request.routeOptions.url ?? '';
    if (OPEN.has(route)) return;
    const id = sessionIdOf(request);
    if (id !== undefined && sessions.isValid(id)) {
      // What is shown here is for whoever is logged in, and for no cache on the way.
      reply.header('cache-control', 'no-store');
      return;
    }
    if (FOR_PROGRAMS.has(route) && (await isKnownProgram(request, reply, desk))) return;
    if (!reply.sent) return await turnAway(request, reply);
  });
}

async function isKnownProgram(
  request: FastifyRequest,
  reply: FastifyReply,
  desk: LoginDesk,
): Promise<boolean> {
  const credentials = basicCredentials(request.headers.authorization);
  const login = credentials && (await desk.checkEach(request, credentials));
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

/** A person is sent to the login and back; a program is told. */
async function turnAway(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  if (request.method === 'GET' && wantsPage(request)) {
    return await reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
  }
  return await reply.code(401).send({ error: 'Log in first.' });
}

function wantsPage(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') === true;
}
