import type { FastifyRequest } from 'fastify';

/** Whether a person asks, by a browser: whoever gets an error then gets a page. */
export function wantsPage(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') === true;
}
