import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { FastifyInstance } from 'fastify';
import { paramsOf } from './list-address.js';

/** A list that can be exported as a file. */
export interface Exported {
  /** The list's path. The files are `<page>.csv` and `<page>.json`, with the same query. */
  readonly page: string;
  /** The columns of the CSV, in order, and the fields of the JSON. Times are in ISO 8601, in UTC. */
  readonly columns: readonly string[];
  /** All rows that match the query. Fields without a column are left out. */
  rows(params: URLSearchParams): AsyncIterable<object>;
}

/** Serves a list as CSV and as JSON, row by row: no list is held in memory. */
export function addExportRoutes(server: FastifyInstance, { page, columns, rows }: Exported): void {
  server.get(`/${page}.csv`, async (request, reply) => {
    // Text that a spreadsheet would read as a formula is marked as text.
    const csv = stringify({
      header: true,
      columns: [...columns],
      escape_formulas: true,
      cast: { date: (at) => at.toISOString(), boolean: (is) => String(is) },
    });
    // If the reader leaves, the list is closed, too. An error of the list ends the response.
    pipeline(Readable.from(rows(paramsOf(request))), csv, () => {});
    reply.type('text/csv; charset=utf-8').header('content-disposition', named(page, 'csv'));
    return await reply.send(csv);
  });
  server.get(`/${page}.json`, async (request, reply) => {
    reply.type('application/json; charset=utf-8').header('content-disposition', named(page, 'json'));
    return await reply.send(Readable.from(jsonOf(rows(paramsOf(request)), [...columns])));
  });
}

async function* jsonOf(rows: AsyncIterable<object>, columns: string[]): AsyncGenerator<string> {
  let before = '[\n';
  for await (const row of rows) {
    yield `${before}${JSON.stringify(row, columns)}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

function named(page: string, ending: string): string {
  return `attachment; filename="${page}.${ending}"`;
}
