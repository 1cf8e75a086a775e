import { ruleBook } from '@redis-to-mongo/key-types';
import { databaseBeside } from '@redis-to-mongo/mongo-sink';
import { type AdoptReport, adoptOldEngine, emptyReport } from '@redis-to-mongo/operations';
import { counted, grouped, printable } from '@redis-to-mongo/terminal';
import { besideNoScheduler } from '../beside-no-scheduler.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { endInterrupted, INTERRUPTED } from '../interruption.js';
import { noteRun } from '../open-audit.js';
import { chooseKeys, openLine } from '../open-line.js';
import type { Output } from '../output.js';

const TELL_EVERY_MS = 5_000;

interface AdoptOptions {
  readonly fromDb?: string;
  readonly write?: boolean | undefined;
}

export async function adopt(call: Call, { fromDb, write: isWrite = false }: AdoptOptions): Promise<Ending> {
  const { out, interruption } = call;
  const report = emptyReport();
  const run = async () => await interruption.until(work(call, report, { fromDb, isWrite }));
  const end = isWrite ? await besideNoScheduler(call.clients, 'adopt', run) : await run();
  const isInterrupted = end === INTERRUPTED;
  const taken = report.lines.reduce((sum, line) => sum + line.taken, 0);
  if (isWrite) await noteRun(call, 'adopt', undefined, `${grouped(taken)} taken over`, isInterrupted);
  if (out.isJson)
    out.json({ written: isWrite && taken > 0, ...(isInterrupted ? { interrupted: true } : {}), ...report });
  else print(out, report, isWrite, fromDb ?? (await call.clients.db()).databaseName);
  if (isInterrupted) return endInterrupted(out, 'run it again to continue');
  return report.lines.some(({ found }) => found > 0) ? 'ok' : 'failed';
}

async function work(
  { out, clients }: Call,
  report: AdoptReport,
  { fromDb, isWrite }: { readonly fromDb: string | undefined; readonly isWrite: boolean },
): Promise<void> {
  const [config, db] = [await clients.config(), await clients.db()];
  await adoptOldEngine(
    {
      db,
      oldDb: fromDb === undefined ? db : databaseBeside(db, fromDb),
      redis: await clients.redis(),
      line: { separator: config.keys.separator, rules: ruleBook(config.rules), now: () => new Date() },
      sink: isWrite ? (await openLine(clients)).line.sink : undefined,
      wanted: chooseKeys(config).wanted,
      onProgress: progressReporter(out),
    },
    report,
  );
}

/** The total is not known in advance. */
function progressReporter(out: Output): (documents: number) => void {
  let seen = 0;
  let nextAt = performance.now() + TELL_EVERY_MS;
  return (documents) => {
    seen += documents;
    if (!out.isProgressShown || performance.now() < nextAt) return;
    nextAt = performance.now() + TELL_EVERY_MS;
    out.note(`${grouped(seen)} old documents so far`);
  };
}

function print(
  out: Output,
  { lines, withoutId, withoutPosition, beginBehind }: AdoptReport,
  isWrite: boolean,
  database: string,
) {
  if (lines.every(({ found }) => found === 0)) {
    out.line(
      `the database ${printable(database)} has no data of the old engine: name another one with --from-db`,
    );
    return;
  }
  const sum = (left: Readonly<Record<string, number>>) => Object.values(left).reduce((a, b) => a + b, 0);
  out.table(
    ['FROM', '>FOUND', isWrite ? '>TAKEN' : '>TO TAKE', '>THERE', '>LEFT'],
    lines.map(({ from, found, taken, alreadyThere, left }) => [from, found, taken, alreadyThere, sum(left)]),
  );
  for (const { from, left } of lines)
    for (const [reason, count] of Object.entries(left))
      out.line(`left of ${from}: ${grouped(count)}, ${reason}`);
  if (withoutId > 0) out.line(`${counted(withoutId, 'message')} without an entry id`);
  if (withoutPosition > 0)
    out.line(
      `${counted(withoutPosition, 'stream')} without a position: the fleet reads them from the first entry`,
    );
  if (beginBehind > 0)
    out.line(
      `${counted(beginBehind, 'stream')} whose first entry in Redis is newer than the position: the entries between may have been lost before the fleet started`,
    );
  if (!isWrite) out.line('nothing was written: add --write to take it over');
}
