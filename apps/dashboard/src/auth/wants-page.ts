import type { FastifyRequest } from 'fastify';

/** Whether a browser asks: then errors are pages. */
export function wantsPage(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') === true;
}
