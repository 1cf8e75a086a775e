import type { FastifyReply, FastifyRequest } from 'fastify';

/** The query parameters of a request. */
export function paramsOf(request: FastifyRequest): URLSearchParams {
  return new URL(request.url, 'http://dashboard').searchParams;
}

/**
 * Makes the browser's address follow the list: a link adds an entry to the browser's history, typing replaces the current
 * one, and a repeated read changes nothing.
 * @param path from the base.
 */
export function updateAddress(
  request: FastifyRequest,
  reply: FastifyReply,
  basePath: string,
  path: string,
): void {
  const source = request.headers['hx-source'];
  if (source === undefined || source === 'div#rows') return;
  reply.header(source === 'form#filters' ? 'hx-replace-url' : 'hx-push-url', `${basePath}/${path}`);
}
