import type { Logger } from '@redis-to-mongo/app-shell';
import type { FastifyInstance } from 'fastify';
import { addExportRoutes } from '../export/export-routes.js';
import { inTime } from '../in-time.js';
import { LetterList, type LetterSources } from '../letters/letter-list.js';
import { letterFilter, letterQueryPath, parseLetterQuery } from '../letters/letter-query.js';
import { recordText } from '../letters/record-text.js';
import { refusalName } from '../letters/refusal-name.js';
import { letterPage } from '../pages/letter-page.js';
import { letterRows, lettersPage } from '../pages/letters-page.js';
import type { Site } from '../pages/site.js';
import type { Records } from '../records/records.js';
import { codeOf } from '../status/code-of.js';
import { letterOutcome } from './bulk-routes.js';
import { paramsOf, updateAddress } from './list-address.js';
import { sendError } from './send-error.js';

export interface LetterRoutesOptions {
  readonly letters: LetterSources;
  readonly records: Records;
  readonly site: Site;
  readonly basePath: string;
  /** Whether what letters hold may be shown. */
  readonly showValues: boolean;
  readonly logger: Logger;
}

const PAGE = 'text/html; charset=utf-8';
const PATIENCE_MS = 8_000;
const BODY_BYTES = 1024 * 1024;
const COLUMNS = ['key', 'kind', 'entryId', 'collection', 'code', 'reason', 'bytes', 'at', 'id'] as const;

/** `/dead-letters`: the list; `/dead-letter?id=…`: one; `POST /dead-letters/actions` with `{action, letter}`. */
export function addLetterRoutes(server: FastifyInstance, options: LetterRoutesOptions): void {
  const { letters, records, site, basePath, logger, showValues } = options;
  const list = new LetterList(letters);
  server.get('/dead-letters', async (request, reply) => {
    const query = parseLetterQuery(paramsOf(request));
    reply.type(PAGE);
    return lettersPage(query, await list.page(query), site, reply.generateCsrf()).toString();
  });
  server.get('/dead-letters/rows', async (request, reply) => {
    const query = parseLetterQuery(paramsOf(request));
    updateAddress(request, reply, basePath, letterQueryPath(query, query));
    reply.type(PAGE);
    return letterRows(query, await list.page(query), site).toString();
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
    reply.type(PAGE);
    const view = { letter, record: showValues ? recordText(found) : undefined };
    return letterPage(view, site, reply.generateCsrf()).toString();
  });
  addLetterActions(server, options);
  addExportRoutes(server, {
    page: 'dead-letters',
    columns: COLUMNS,
    async *rows(params) {
      for await (const letter of letters.all(letterFilter(parseLetterQuery(params), Date.now()))) {
        const { id, key, kind, entryId, collection, code, bytes, at } = letter;
        yield { key, kind, entryId, collection, code, reason: refusalName(code), bytes, at, id };
      }
    },
  });
}

function addLetterActions(
  server: FastifyInstance,
  { letters, records, site, logger }: LetterRoutesOptions,
): void {
  server.post(
    '/dead-letters/actions',
    { bodyLimit: BODY_BYTES, onRequest: server.csrfProtection },
    async (request, reply) => {
      if (site.readOnly) return await reply.code(403).send({ error: 'The dashboard is read-only.' });
      const asked = parse(request.body);
      if (!asked) return await reply.code(400).send({ error: 'Name an action and a letter.' });
      const { action, letter } = asked;
      const key = letter.slice(0, letter.lastIndexOf('@'));
      const details = { action, key, letter, from: request.ip };
      const book = records.book(request.ip);
      try {
        const result = await inTime(letterOutcome(letters, action, letter), PATIENCE_MS, 'ACTION_TIMEOUT');
        if (result === undefined)
          return await reply.code(404).send({ error: 'This dead letter does not exist.' });
        logger.info('operator action', details);
        await book.note({ action, key, result: `${letter}: ${result}` });
        return { message: `${result[0]?.toUpperCase() ?? ''}${result.slice(1)}.` };
      } catch (error) {
        logger.warn('operator action failed', { ...details, error });
        await book.note({ action, key, result: `${letter}: failed`, error });
        return await reply
          .code(503)
          .send({ error: `That failed (${codeOf(error)}): try again, or check the log.` });
      } finally {
        await book.flush();
      }
    },
  );
}

function parse(body: unknown): { readonly action: 'replay' | 'drop'; readonly letter: string } | undefined {
  if (typeof body !== 'object' || body === null || !('action' in body) || !('letter' in body))
    return undefined;
  const { letter } = body;
  const action = (['replay', 'drop'] as const).find((known) => known === body.action);
  return action && typeof letter === 'string' && letter !== '' ? { action, letter } : undefined;
}
