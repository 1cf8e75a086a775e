import type { Logger } from '@redis-to-mongo/app-shell';
import type { FastifyInstance } from 'fastify';
import { inTime } from '../in-time.js';
import { type AskedAction, KEY_ACTIONS, type RunAction } from '../keys/key-action.js';
import type { Records } from '../records/records.js';
import { codeOf } from '../status/code-of.js';

export interface ActionRoutesOptions {
  readonly run: RunAction;
  readonly records: Records;
  readonly readOnly: boolean;
  readonly logger: Logger;
}

/** A key's name may be long, and six times as long in JSON. */
const BODY_BYTES = 1024 * 1024;
/** Nobody waits longer for a button, in ms; what was asked for may be done later all the same. */
const PATIENCE_MS = 8_000;
const LATE = 'ACTION_TIMEOUT';

/**
 * `POST /keys/actions` with `{action, key}` as JSON and the header `x-csrf-token`. That it comes from one of the
 * dashboard's own pages, and with a login, is the guard's to see to; the token is one lock more.
 */
export function addActionRoutes(server: FastifyInstance, options: ActionRoutesOptions): void {
  const { run, records, readOnly, logger } = options;
  server.post(
    '/keys/actions',
    { bodyLimit: BODY_BYTES, onRequest: server.csrfProtection },
    async (request, reply) => {
      if (readOnly) return await reply.code(403).send({ error: 'The dashboard is read-only.' });
      const asked = parse(request.body);
      if (!asked) return await reply.code(400).send({ error: 'Name an action and a key.' });
      const { action, key } = asked;
      const details = { action, key, from: request.ip };
      const book = records.book(request.ip);
      try {
        const message = await inTime(run(asked), PATIENCE_MS, LATE);
        if (message === undefined)
          return await reply.code(404).send({ error: 'MongoDB does not have this key.' });
        logger.info('operator action', details);
        await book.note({ action, key, result: message });
        return { message };
      } catch (error) {
        logger.warn('operator action failed', { ...details, error });
        await book.note({ action, key, result: 'failed', error });
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
    },
  );
}

function parse(body: unknown): AskedAction | undefined {
  if (typeof body !== 'object' || body === null || !('action' in body) || !('key' in body)) return undefined;
  const { key } = body;
  const action = KEY_ACTIONS.find((known) => known === body.action);
  const incarnation = 'incarnation' in body ? body.incarnation : undefined;
  if (action === undefined || typeof key !== 'string' || key === '') return undefined;
  return {
    action,
    key,
    ...(typeof incarnation === 'number' && Number.isSafeInteger(incarnation) ? { incarnation } : {}),
  };
}
