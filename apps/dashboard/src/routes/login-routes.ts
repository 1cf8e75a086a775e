import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { type LoginPage, loginPage } from '../pages/login-page.js';
import { sendPage } from './send-page.js';

/** The size limit of the login form, in bytes. */
const FORM_BYTES = 8_192;

/** `/login`: the form, and its submission; `/logout`. */
export async function addLoginRoutes(
  server: FastifyInstance,
  { sessions, cookie, limiter, basePath, logger }: Dashboard,
): Promise<void> {
  await server.register(async (forms) => {
    forms.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: FORM_BYTES },
      async (_request: unknown, body: string | Buffer) => new URLSearchParams(body.toString()),
    );

    forms.get('/login', (request, reply) => {
      const query = new URL(request.url, 'http://dashboard').searchParams;
      return send(reply, { next: ownPath(query.get('next')) });
    });

    forms.post('/login', async (request, reply) => {
      const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
      const username = form.get('username') ?? '';
      const next = ownPath(form.get('next'));
      const login = await limiter.check(request, { username, password: form.get('password') ?? '' });
      if (login.result === 'right') {
        logger.info('logged in', { from: request.ip });
        cookie.set(request, reply, sessions.begin());
        return reply.redirect(basePath + next, 303);
      }
      logger.warn('a login was refused', { from: request.ip, reason: login.result });
      if (login.result === 'wrong') {
        reply.code(401);
        return send(reply, { next, username, problem: 'Wrong user name or password.' });
      }
      const waitSeconds = login.result === 'too many' ? login.waitSeconds : 5;
      reply.code(login.result === 'too many' ? 429 : 503).header('retry-after', waitSeconds);
      return send(reply, {
        next,
        username,
        problem: `Too many logins. Try again in ${waitSeconds} seconds.`,
      });
    });

    forms.post('/logout', (request, reply) => {
      sessions.end(cookie.idOf(request) ?? '');
      cookie.clear(request, reply);
      return reply.redirect(`${basePath}/login`, 303);
    });
  });
}

function send(reply: FastifyReply, page: LoginPage): FastifyReply {
  return sendPage(reply.header('cache-control', 'no-store'), loginPage(page));
}

/** Where to go after the login: a path of the dashboard itself, never another site. */
function ownPath(next: string | null): string {
  const base = 'http://dashboard';
  if (next === null || !next.startsWith('/') || !URL.canParse(next, base)) return '/';
  const { origin, pathname, search } = new URL(next, base);
  return origin === base && !pathname.startsWith('//') ? pathname + search : '/';
}
