import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';

/**
 * The name of the session's cookie. Browsers keep cookies by host and not by port, so the port is part of the name:
 * two dashboards on one machine would log each other out. Over HTTPS `__Host-` keeps sibling domains from setting it.
 */
export function sessionCookieName(request: FastifyRequest): string {
  const port = /:(\d+)$/.exec(request.host)?.[1];
  const name = port === undefined ? 'r2m_session' : `r2m_session_${port}`;
  return request.protocol === 'https' ? `__Host-${name}` : name;
}

/** No script sees it, no other site sends it; sent over HTTPS only where the dashboard is reached by HTTPS. */
export function sessionCookieOptions(request: FastifyRequest): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' };
}

/** The session id that a request carries, if any. */
export function sessionIdOf(request: FastifyRequest): string | undefined {
  return request.cookies[sessionCookieName(request)];
}
