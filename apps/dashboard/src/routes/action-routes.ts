import { membersOf } from '@redis-to-mongo/pipeline';
import type { FastifyInstance } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { type AskedAction, KEY_ACTIONS } from '../keys/key-action.js';
import { answerAction, changing } from './operator-action.js';

/** The size limit of a request, in bytes. A key's name may be long, and six times as long in JSON. */
const BODY_BYTES = 1024 * 1024;

/** `POST /keys/actions` with `{action, key}` as JSON. */
export function addActionRoutes(server: FastifyInstance, dashboard: Dashboard): void {
  const { runAction, readOnly } = dashboard;
  server.post('/keys/actions', changing(server, readOnly, BODY_BYTES), async (request, reply) => {
    const asked = parse(request.body);
    const [key] = asked?.keys ?? [];
    if (!asked || key === undefined)
      return await reply.code(400).send({ error: 'Name an action and a key.' });
    const unknown = 'MongoDB does not have this key.';
    return await answerAction(request, reply, dashboard, {
      action: asked.action,
      key,
      unknown,
      run: async () => (await runAction(asked))[0],
    });
  });
}

function parse(body: unknown): AskedAction | undefined {
  const { action: asked, key, incarnation } = membersOf(body);
  const action = KEY_ACTIONS.find((known) => known === asked);
  if (action === undefined || typeof key !== 'string' || key === '') return undefined;
  return {
    action,
    keys: [key],
    ...(typeof incarnation === 'number' && Number.isSafeInteger(incarnation) ? { incarnation } : {}),
  };
}
