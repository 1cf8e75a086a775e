import type { FastifyInstance } from 'fastify';
import type { Dashboard } from '../dashboard-options.js';
import { inTime } from '../in-time.js';
import { auditPage, auditRows } from '../pages/audit-page.js';
import { type AuditPageQuery, auditQueryPath, parseAuditQuery } from '../records/audit-query.js';
import type { Records } from '../records/records.js';
import { Readings } from '../status/throttled-reader.js';
import { addExportRoutes } from './export-routes.js';
import { paramsOf, updateAddress } from './list-address.js';
import { sendPage } from './send-page.js';

const PER_PAGE = 50;
/** Entries per read when a file is exported. */
const AT_ONCE = 500;
const PATIENCE_MS = 5_000;
const COLUMNS = ['at', 'who', 'by', 'from', 'action', 'key', 'filter', 'result', 'error'] as const;

/** `/audit`: who did what; `/audit/rows`: its changing part; as files too. */
export function addAuditRoutes(server: FastifyInstance, { records, site, basePath }: Dashboard): void {
  const readings = new Readings<Awaited<ReturnType<Records['read']>>>();
  const page = async (query: AuditPageQuery) =>
    await readings.read(
      auditQueryPath(query, query),
      async () => await inTime(records.read(wanted(query, PER_PAGE)), PATIENCE_MS, 'MONGO_TIMEOUT'),
    );
  server.get('/audit', async (request, reply) => {
    const query = parseAuditQuery(paramsOf(request));
    return await sendPage(reply, auditPage(query, await page(query), site));
  });
  server.get('/audit/rows', async (request, reply) => {
    const query = parseAuditQuery(paramsOf(request));
    updateAddress(request, reply, basePath, auditQueryPath(query, query));
    return await sendPage(reply, auditRows(query, await page(query)));
  });
  addExportRoutes(server, {
    page: 'audit',
    columns: COLUMNS,
    async *rows(params) {
      const query = parseAuditQuery(params);
      let after = '';
      for (;;) {
        const { entries, isMore } = await records.read(wanted({ ...query, after }, AT_ONCE));
        for (const { id: _, ...entry } of entries) yield entry;
        after = entries.at(-1)?.id ?? '';
        if (!isMore || after === '') return;
      }
    },
  });
}

function wanted({ search, action, after }: AuditPageQuery, limit: number) {
  return {
    prefix: search,
    action: action || undefined,
    after: after || undefined,
    limit,
  };
}
