import { refusalName } from '@redis-to-mongo/mongo-sink';
import { membersOf } from '@redis-to-mongo/pipeline';
import type { FastifyInstance } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { inTime } from '../in-time.js';
import { LetterList } from '../letters/letter-list.js';
import { letterFilter, letterQueryPath, parseLetterQuery } from '../letters/letter-query.js';
import type { LetterSources } from '../letters/letters-of.js';
import { jsonText } from '../pages/format.js';
import { letterPage } from '../pages/letter-page.js';
import { letterRows, lettersPage } from '../pages/letters-page.js';
import { letterOutcome } from './bulk-routes.js';
import { addExportRoutes } from './export-routes.js';
import { paramsOf, updateAddress } from './list-address.js';
import { answerAction, changing } from './operator-action.js';
import { sendError } from './send-error.js';
import { sendPage } from './send-page.js';

const PATIENCE_MS = 8_000;
const BODY_BYTES = 1024 * 1024;
/** Characters of a record that a page shows. */
const MOST_OF_RECORD = 100_000;
const COLUMNS = ['key', 'kind', 'entryId', 'collection', 'code', 'reason', 'bytes', 'at', 'id'] as const;

/** `/dead-letters`: the list; `/dead-letter?id=…`: one; `POST /dead-letters/actions` with `{action, letter}`. */
export function addLetterRoutes(server: FastifyInstance, dashboard: Dashboard): void {
  const { letters, records, site, basePath, logger, showValues } = dashboard;
  const list = new LetterList(letters);
  server.get('/dead-letters', async (request, reply) => {
    const query = parseLetterQuery(paramsOf(request));
    return await sendPage(reply, lettersPage(query, await list.page(query), site, reply.generateCsrf()));
  });
  server.get('/dead-letters/rows', async (request, reply) => {
    const query = parseLetterQuery(paramsOf(request));
    updateAddress(request, reply, basePath, letterQueryPath(query, query));
    return await sendPage(reply, letterRows(query, await list.page(query), site));
  });
  server.get('/dead-letter', async (request, reply) => {
    const id = paramsOf(request).get('id') ?? '';
    const found = await inTime(letters.show(id), PATIENCE_MS, 'MONGO_TIMEOUT');
    if (!found)
      return await sendError(request, reply, 404, {
        error: 'This dead letter does not exist.',
        advice: 'It was replayed or dropped, or its value was written since.',
      });
    const { letter } = found;
    if (showValues) {
      logger.info('a dead letter was viewed', { key: letter.key, letter: id, from: request.ip });
      const book = records.book(request.ip);
      await book.note({ action: 'look', key: letter.key, result: `dead letter ${id}` });
      await book.flush();
    }
    const view = { letter, record: showValues ? recordText(found) : undefined };
    return await sendPage(reply, letterPage(view, site, reply.generateCsrf()));
  });
  addLetterActions(server, dashboard);
  addExportRoutes(server, {
    page: 'dead-letters',
    columns: COLUMNS,
    async *rows(params) {
      for await (const letter of letters.all(letterFilter(parseLetterQuery(params), Date.now())))
        yield { ...letter, reason: refusalName(letter.code) };
    },
  });
}

/** A dead letter's record for people: an entry's fields, else the document. */
function recordText({
  letter: { kind },
  record,
}: NonNullable<Awaited<ReturnType<LetterSources['show']>>>): string {
  return jsonText(kind === 'entry' && 'content' in record ? record.content : record, MOST_OF_RECORD);
}

function addLetterActions(server: FastifyInstance, dashboard: Dashboard): void {
  const { letters, readOnly } = dashboard;
  server.post('/dead-letters/actions', changing(server, readOnly, BODY_BYTES), async (request, reply) => {
    const asked = parse(request.body);
    if (!asked) return await reply.code(400).send({ error: 'Name an action and a letter.' });
    const { action, letter } = asked;
    return await answerAction(request, reply, dashboard, {
      ...{ action, letter, key: letter.slice(0, letter.lastIndexOf('@')) },
      unknown: 'This dead letter does not exist.',
      run: () => letterOutcome(letters, action, letter),
    });
  });
}

function parse(body: unknown): { readonly action: 'replay' | 'drop'; readonly letter: string } | undefined {
  const { action: asked, letter } = membersOf(body);
  const action = (['replay', 'drop'] as const).find((known) => known === asked);
  return action && typeof letter === 'string' && letter !== '' ? { action, letter } : undefined;
}
