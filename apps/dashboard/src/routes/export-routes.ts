import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { FastifyInstance } from 'fastify';
import { paramsOf } from '../routes/list-address.js';

/** A cell of an exported list. Times are reported in ISO 8601, in UTC. */
export type ExportCell = string | number | boolean | Date | null | undefined;
export type ExportRow = Readonly<Record<string, ExportCell>>;

/** A list that can be had as a file. */
export interface Exported {
  /** Where the list is; the files are `<page>.csv` and `<page>.json`, with the same query. */
  readonly page: string;
  /** The columns of the CSV, in order. */
  readonly columns: readonly string[];
  /** All rows that the query asks for, as they are read. */
  rows(params: URLSearchParams): AsyncIterable<ExportRow>;
}

/** Serves a list as CSV and as JSON, row by row: no list is held in memory. */
export function addExportRoutes(server: FastifyInstance, { page, columns, rows }: Exported): void {
  server.get(`/${page}.csv`, async (request, reply) => {
    // A text that a spreadsheet would take for a formula is marked as text.
    const csv = stringify({
      header: true,
      columns: [...columns],
      escape_formulas: true,
      cast: { date: (at) => at.toISOString(), boolean: (is) => String(is) },
    });
    const body = Readable.from(rows(paramsOf(request)));
    body.once('error', (error) => csv.destroy(error));
    reply.type('text/csv; charset=utf-8').header('content-disposition', named(page, 'csv'));
    return await reply.send(body.pipe(csv));
  });
  server.get(`/${page}.json`, async (request, reply) => {
    reply.type('application/json; charset=utf-8').header('content-disposition', named(page, 'json'));
    return await reply.send(Readable.from(jsonOf(rows(paramsOf(request)))));
  });
}

async function* jsonOf(rows: AsyncIterable<ExportRow>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const row of rows) {
    yield `${before}${JSON.stringify(row)}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

function named(page: string, ending: string): string {
  return `attachment; filename="${page}.${ending}"`;
}
