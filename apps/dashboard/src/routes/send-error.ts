import type { FastifyReply, FastifyRequest } from 'fastify';
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
