import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type KeyDetailSources, readKeyDetail } from '../keys/key-detail.js';
import type { KeyList } from '../keys/key-list.js';
import { parseKeyQuery } from '../keys/key-query.js';
import type { Sampler } from '../live/sampler.js';
import { keyContent, keyPage } from '../pages/key-page.js';
import { keysTable } from '../pages/keys/keys-table.js';
import { keysPage } from '../pages/keys-page.js';
import { verdictPart } from '../pages/status-page.js';

export interface KeyRoutesOptions {
  readonly list: KeyList;
  readonly sources: KeyDetailSources;
  readonly sampler: Sampler;
  readonly readOnly: boolean;
  /** What proves that a request comes from a page of this session. */
  tokenOf(request: FastifyRequest): string;
}

const PAGE = 'text/html; charset=utf-8';

/** `/keys`: the list; `/key`: one of them; `/keys/rows` and `/key/detail`: their changing parts. */
export function addKeyRoutes(server: FastifyInstance, options: KeyRoutesOptions): void {
  const { list, sources, sampler, readOnly } = options;
  server.get('/keys', async (request, reply) => {
    const query = parseKeyQuery(paramsOf(request));
    const [page, report] = await Promise.all([list.page(query), sampler.report()]);
    reply.type(PAGE);
    return keysPage(query, page, verdictPart(report, sampler.history.losses()), readOnly).toString();
  });
  server.get('/keys/rows', async (request, reply) => {
    const query = parseKeyQuery(paramsOf(request));
    reply.type(PAGE);
    return keysTable(query, await list.page(query)).toString();
  });
  server.get('/key', async (request, reply) => {
    const detail = await readKeyDetail(sources, paramsOf(request).get('id') ?? '');
    if (!detail) return await reply.callNotFound();
    reply.type(PAGE);
    return keyPage(detail, { readOnly, token: options.tokenOf(request) }).toString();
  });
  server.get('/key/detail', async (request, reply) => {
    const detail = await readKeyDetail(sources, paramsOf(request).get('id') ?? '');
    if (!detail) return await reply.callNotFound();
    reply.type(PAGE);
    return keyContent(detail, readOnly).toString();
  });
}

function paramsOf(request: FastifyRequest): URLSearchParams {
  return new URL(request.url, 'http://dashboard').searchParams;
}
