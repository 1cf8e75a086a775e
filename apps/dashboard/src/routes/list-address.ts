import type { FastifyReply, FastifyRequest } from 'fastify';

/** What an address asks for. */
export function paramsOf(request: FastifyRequest): URLSearchParams {
  return new URL(request.url, 'http://dashboard').searchParams;
}

/**
 * Has the browser's address follow what a list shows: a new entry for a link that was followed, none for what is typed, and
 * nothing where the list was read again.
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
