import type { FastifyReply } from 'fastify';
import type { Html } from '../pages/html.js';

/** Answers with a page, or a part of one. */
export function sendPage(reply: FastifyReply, page: Html): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(page.toString());
}
