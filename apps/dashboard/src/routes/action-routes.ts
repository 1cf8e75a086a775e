import type { Logger } from '@redis-to-mongo/app-shell';
import type { FastifyInstance } from 'fastify';
import type { FormTokens } from '../auth/form-token.js';
import { sessionIdOf } from '../auth/session-cookie.js';
import { KEY_ACTIONS, type KeyAction } from '../keys/key-action.js';

/** Does what an operator asked for. @returns whether the key is known. */
export type RunAction = (action: KeyAction, key: string) => Promise<boolean>;

export interface ActionRoutesOptions {
  readonly run: RunAction;
  readonly tokens: FormTokens;
  readonly readOnly: boolean;
  readonly logger: Logger;
}

const BODY_BYTES = 64 * 1024;
const DONE: Readonly<Record<KeyAction, string>> = {
  sync: 'Asked for: it is synced as soon as a worker is free.',
  pause: 'Paused.',
  resume: 'Resumed.',
  resync: 'Its next life has begun; it is read from the start.',
};

/**
 * `POST /keys/actions` with `{action, key}` as JSON and the header `x-csrf-token`. That it comes from one of the
 * dashboard's own pages, and with a login, is the guard's to see to; the token is one lock more.
 */
export function addActionRoutes(server: FastifyInstance, options: ActionRoutesOptions): void {
  const { run, tokens, readOnly, logger } = options;
  server.post('/keys/actions', { bodyLimit: BODY_BYTES }, async (request, reply) => {
    if (readOnly) return await reply.code(403).send({ error: 'The dashboard is read-only.' });
    if (!tokens.isValid(sessionIdOf(request) ?? '', request.headers['x-csrf-token']))
      return await reply.code(403).send({ error: 'This page is too old: load it again.' });
    const asked = parse(request.body);
    if (!asked) return await reply.code(400).send({ error: 'Name an action and a key.' });
    const { action, key } = asked;
    if (!(await run(action, key))) return await reply.code(404).send({ error: 'There is no such key.' });
    logger.info('a key is changed by hand', { action, key, from: request.ip });
    return { message: DONE[action] };
  });
}

function parse(body: unknown): { readonly action: KeyAction; readonly key: string } | undefined {
  if (typeof body !== 'object' || body === null || !('action' in body) || !('key' in body)) return undefined;
  const action = KEY_ACTIONS.find((known) => known === body.action);
  return action !== undefined && typeof body.key === 'string' && body.key !== ''
    ? { action, key: body.key }
    : undefined;
}
