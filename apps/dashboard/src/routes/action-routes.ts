import type { Logger } from '@redis-to-mongo/app-shell';
import type { FastifyInstance } from 'fastify';
import { type AskedAction, KEY_ACTIONS, type RunAction } from '../keys/key-action.js';
import type { Records } from '../records/records.js';
import { answerAction, changing } from './operator-action.js';

export interface ActionRoutesOptions {
  readonly run: RunAction;
  readonly records: Records;
  readonly readOnly: boolean;
  readonly logger: Logger;
}

/** A key's name may be long, and six times as long in JSON. */
const BODY_BYTES = 1024 * 1024;

/** `POST /keys/actions` with `{action, key}` as JSON. */
export function addActionRoutes(server: FastifyInstance, options: ActionRoutesOptions): void {
  const { run, readOnly } = options;
  server.post('/keys/actions', changing(server, readOnly, BODY_BYTES), async (request, reply) => {
    const asked = parse(request.body);
    if (!asked) return await reply.code(400).send({ error: 'Name an action and a key.' });
    const { action, key } = asked;
    const unknown = 'MongoDB does not have this key.';
    return await answerAction(request, reply, options, { action, key, unknown, run: () => run(asked) });
  });
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
