import type { Logger } from '@redis-to-mongo/app-shell';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { codeOf } from '../in-time.js';
import { errorPage } from '../pages/error-page.js';
import { sendPage } from './send-page.js';

/** The error in a sentence and, for a person, the remedy. */
export interface ErrorAnswer {
  readonly error: string;
  readonly advice?: string;
}

/** Answers with an error: a page for a person, JSON for a program. */
export async function sendError(
  request: FastifyRequest,
  reply: FastifyReply,
  code: number,
  answer: ErrorAnswer,
): Promise<FastifyReply> {
  reply.code(code).header('cache-control', 'no-store');
  if (!wantsPage(request)) return await reply.send({ error: answer.error });
  return await sendPage(reply, errorPage(answer));
}

/** Whether a browser sent the request. Then an error is answered by a page. */
export function wantsPage(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') === true;
}

/** Answers for unknown addresses and for errors: a page for a person, JSON for a program. */
export function addErrorPages(server: FastifyInstance, logger: Logger): void {
  server.setErrorHandler(async (error: { statusCode?: number; code?: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (error.code?.startsWith('FST_CSRF_'))
      return await sendError(request, reply, status, { error: 'This page is outdated: reload it.' });
    if (status < 500) return await sendError(request, reply, status, { error: 'Bad request.' });
    logger.error('a request failed', { error, method: request.method, path: request.routeOptions.url });
    const code = codeOf(error);
    if (code === 'UNKNOWN')
      return await sendError(request, reply, status, { error: 'Something went wrong: check the log.' });
    return await sendError(request, reply, 503, {
      error: `This cannot be read now (${code}).`,
      advice: 'The Status page shows which server does not answer. Reload this page once it does.',
    });
  });
  server.setNotFoundHandler(
    async (request, reply) => await sendError(request, reply, 404, { error: 'This page does not exist.' }),
  );
}
