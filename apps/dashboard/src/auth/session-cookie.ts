import type { FastifyReply, FastifyRequest } from 'fastify';

const OPTIONS = { path: '/', httpOnly: true, sameSite: 'strict' } as const;

/**
 * The session's cookie. Browsers keep cookies by host and not by port, so the port and the base path are part of the
 * name: two dashboards behind one name would log each other out.
 */
export class SessionCookie {
  readonly #suffix: string;

  constructor(basePath: string) {
    this.#suffix = basePath.replace(/[^A-Za-z0-9]+/g, '_');
  }

  /** Scripts cannot read it, and other sites do not send it. Over HTTPS it is `Secure`, and no sibling domain can set it. */
  set(request: FastifyRequest, reply: FastifyReply, id: string): void {
    const secure = isHttps(request);
    reply.setCookie(this.#name(request, secure), id, { ...OPTIONS, secure });
  }

  /** Makes the browser forget the session. */
  clear(request: FastifyRequest, reply: FastifyReply): void {
    for (const secure of [true, false])
      reply.clearCookie(this.#name(request, secure), { ...OPTIONS, secure });
  }

  /**
   * The session id that a request carries, if any. A proxy may not report HTTPS. Then the cookie's name shows it, since
   * only HTTPS can set a cookie of that name.
   */
  idOf(request: FastifyRequest): string | undefined {
    const secure = request.cookies[this.#name(request, true)];
    if (secure !== undefined || request.protocol === 'https') return secure;
    return request.cookies[this.#name(request, false)];
  }

  #name(request: FastifyRequest, secure: boolean): string {
    const port = /:(\d+)$/.exec(request.host)?.[1];
    const name = `r2m_session${port === undefined ? '' : `_${port}`}${this.#suffix}`;
    return secure ? `__Host-${name}` : name;
  }
}

/** A trusted proxy reports HTTPS; otherwise the browser does, by the Origin that it sends with each form. */
function isHttps({ protocol, headers }: FastifyRequest): boolean {
  return protocol === 'https' || headers.origin?.startsWith('https://') === true;
}
