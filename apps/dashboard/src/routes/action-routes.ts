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
    if (!asked) return await reply.code(400).send({ error: 'Name an action and a key.' });
    const { key, ...how } = asked;
    const unknown = 'MongoDB does not have this key.';
    return await answerAction(request, reply, dashboard, {
      action: how.action,
      key,
      unknown,
      run: async () => (await runAction({ ...how, keys: [key] }))[0],
    });
  });
}

function parse(body: unknown): (Omit<AskedAction, 'keys'> & { readonly key: string }) | undefined {
  const { action: asked, key, incarnation } = membersOf(body);
  const action = KEY_ACTIONS.find((known) => known === asked);
  if (action === undefined || typeof key !== 'string' || key === '') return undefined;
  return {
    action,
    key,
    ...(typeof incarnation === 'number' && Number.isSafeInteger(incarnation) ? { incarnation } : {}),
  };
}
