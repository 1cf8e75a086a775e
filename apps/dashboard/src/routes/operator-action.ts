import type { Logger } from '@redis-to-mongo/app-shell';
import { type AuditAction, defined } from '@redis-to-mongo/pipeline';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { codeOf, inTime } from '../in-time.js';
import { capitalized } from '../pages/format.js';
import type { Records } from '../records/records.js';

/** The longest wait for an action's result, in ms. The action may still run afterward. */
const PATIENCE_MS = 8_000;
const LATE = 'ACTION_TIMEOUT';

/**
 * Options of a route by which an operator changes something. The guard has checked the login, and that the request
 * comes from one of the dashboard's own pages; the header `x-csrf-token` is a second check. A read-only dashboard answers 403.
 * @param bodyLimit in bytes.
 */
export function changing(server: FastifyInstance, readOnly: boolean, bodyLimit: number) {
  return { bodyLimit, onRequest: readOnly ? [server.csrfProtection, refuse] : [server.csrfProtection] };
}

async function refuse(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return await reply.code(403).send({ error: 'The dashboard is read-only.' });
}

/** An action of an operator on one key, or on one dead letter of it. */
export interface OperatorAction {
  readonly action: AuditAction;
  readonly key: string;
  readonly letter?: string;
  /** The answer if the key or letter does not exist. */
  readonly unknown: string;
  /** @returns the result as words or sentences; `undefined` if the key or letter does not exist. */
  readonly run: () => Promise<string | undefined>;
}

/** Runs an action, records it in the log and in the audit, and answers with its result as `{message}` or `{error}`. */
export async function answerAction(
  request: FastifyRequest,
  reply: FastifyReply,
  { records, logger }: { readonly records: Records; readonly logger: Logger },
  { action, key, letter, unknown, run }: OperatorAction,
): Promise<FastifyReply> {
  const details = { action, key, ...defined({ letter }), from: request.ip };
  const noted = (result: string) => (letter === undefined ? result : `${letter}: ${result}`);
  const book = records.book(request.ip);
  try {
    const result = await inTime(run(), PATIENCE_MS, LATE);
    if (result === undefined) return await reply.code(404).send({ error: unknown });
    logger.info('operator action', details);
    await book.note({ action, key, result: noted(result) });
    return await reply.send({ message: capitalized(result).replace(/\.?$/, '.') });
  } catch (error) {
    logger.warn('operator action failed', { ...details, error });
    await book.note({ action, key, result: noted('failed'), error });
    const code = codeOf(error);
    return await reply.code(503).send({
      error:
        code === LATE
          ? 'The servers do not answer. The action may still run: check whether the page changes.'
          : `That failed (${code}): try again, or check the log.`,
    });
  } finally {
    await book.flush();
  }
}
