import { membersOf } from '@redis-to-mongo/pipeline';
import type { FastifyInstance } from 'fastify';
import { BulkRunner, type BulkWork } from '../bulk/bulk-runner.js';
import type { Dashboard } from '../dashboard-options.js';
import { inTime } from '../in-time.js';
import { KEY_ACTIONS, KEYS_TOGETHER } from '../keys/key-action.js';
import { keyQueryPath, parseKeyQuery } from '../keys/key-query.js';
import { countedTo, type ListSize, MOST_COUNTED, sizeText } from '../keys/list-size.js';
import { countMatching, matchingKeys } from '../keys/matching-keys.js';
import { letterFilter, letterQueryPath, parseLetterQuery } from '../letters/letter-query.js';
import type { LetterSources } from '../letters/letters-of.js';
import { paramsOf } from './list-address.js';
import { changing } from './operator-action.js';

/** The size limit of a request, in bytes. A list's address may be long. */
const BODY_BYTES = 64 * 1024;
/** The time limit for counting a list, in ms. */
const COUNT_MS = 25_000;
/** If a list has grown by more than this since it was counted, the user must confirm again. Two estimates may differ more. */
const GROWN = { by: 10, times: 1.1, timesAbout: 2 };

type List = Pick<BulkWork, 'filter' | 'items' | 'together' | 'run'> & {
  readonly action: BulkWork['action'];
  /** The noun for the items, singular and plural. */
  readonly nouns: readonly [string, string];
  size(): Promise<ListSize>;
};

/**
 * `GET /bulk/count?list=…`: the number of items in a list; `POST /bulk` with `{action, list, count}`: runs the action on all of
 * them; `GET /bulk`: the progress; `POST /bulk/stop`. Only one bulk action runs at a time.
 */
export function addBulkRoutes(server: FastifyInstance, dashboard: Dashboard): void {
  const { records, logger, readOnly } = dashboard;
  const runner = new BulkRunner(logger);
  const change = changing(server, readOnly, BODY_BYTES);
  server.addHook('preClose', async () => runner.stop());
  server.get('/bulk', async () => ({ progress: runner.progress ?? null }));
  server.get('/bulk/count', async (request, reply) => {
    const address = paramsOf(request).get('list') ?? '';
    const list = listOf(dashboard, 'sync', address) ?? listOf(dashboard, 'replay', address);
    if (!list) return await reply.code(400).send({ error: 'Name a list.' });
    return await inTime(list.size(), COUNT_MS, 'MONGO_TIMEOUT');
  });
  server.post('/bulk', change, async (request, reply) => {
    const asked = parse(request.body);
    const list = asked && listOf(dashboard, asked.action, asked.list);
    if (!asked || !list)
      return await reply.code(400).send({ error: 'Name an action, a list and its number.' });
    const total = await inTime(list.size(), COUNT_MS, 'MONGO_TIMEOUT');
    if (total.count > asked.count * (total.isAbout ? GROWN.timesAbout : GROWN.times) + GROWN.by)
      return await reply.code(409).send({
        error: `The filter shows ${sizeText(total, ...list.nouns)} now: please confirm again.`,
      });
    const progress = runner.start({ ...list, total, from: request.ip, book: records.book(request.ip) });
    if (!progress)
      return await reply
        .code(409)
        .send({ error: 'Another bulk action is running: wait until it ends, or stop it.' });
    return await reply.code(202).send({ progress });
  });
  server.post('/bulk/stop', change, async (request) => {
    logger.info('bulk action: stopped by an operator', { from: request.ip });
    await runner.stop();
    return { progress: runner.progress ?? null };
  });
}

function parse(body: unknown) {
  const { action, list, count } = membersOf(body);
  if (typeof action !== 'string' || typeof list !== 'string') return undefined;
  return typeof count === 'number' && Number.isSafeInteger(count) ? { action, list, count } : undefined;
}

/** The list at an address, with the action on its items. */
function listOf(dashboard: Dashboard, action: string, address: string): List | undefined {
  const [page, query = ''] = address.split('?');
  const params = new URLSearchParams(query);
  if (page === 'keys') return keyListOf(dashboard, action, params);
  return page === 'dead-letters' ? letterListOf(dashboard, action, params) : undefined;
}

function keyListOf({ keys, runAction }: Dashboard, name: string, params: URLSearchParams): List | undefined {
  const action = KEY_ACTIONS.find((known) => known === name);
  if (!action) return undefined;
  const query = parseKeyQuery(params);
  const since = new Date();
  return {
    action,
    filter: keyQueryPath(query),
    nouns: ['key', 'keys'],
    size: () => countMatching(keys, query),
    async *items() {
      for await (const { key } of matchingKeys(keys, query)) yield { key };
    },
    together: KEYS_TOGETHER[action],
    run: (items) => runAction({ action, keys: items.map(({ key }) => key), since }),
  };
}

function letterListOf({ letters }: Dashboard, name: string, params: URLSearchParams): List | undefined {
  const action = (['replay', 'drop'] as const).find((known) => known === name);
  if (!action) return undefined;
  const query = parseLetterQuery(params);
  const filter = letterFilter(query, Date.now());
  return {
    action,
    filter: letterQueryPath(query),
    nouns: ['letter', 'letters'],
    size: async () => countedTo(await letters.count(filter, MOST_COUNTED + 1)),
    async *items() {
      for await (const { id, key } of letters.all(filter)) yield { id, key };
    },
    together: 1,
    run: async ([letter]) => [await letterOutcome(letters, action, letter?.id ?? '')],
  };
}

/** Replays or drops a dead letter. @returns the result; `undefined` if the letter no longer exists. */
export async function letterOutcome(
  letters: LetterSources,
  action: 'replay' | 'drop',
  id: string,
): Promise<string | undefined> {
  if (action === 'drop') return (await letters.drop(id)) ? 'dropped' : undefined;
  const done = await letters.replay(id);
  if (done.result === 'absent') return undefined;
  return done.result === 'refused' ? `refused again with code ${done.code}` : done.result;
}
