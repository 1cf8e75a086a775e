import type { Config } from '@redis-to-mongo/config';
import { type IndexReport, inspectMongo } from '@redis-to-mongo/mongo-sink';
import type { Database } from '../clients.js';
import { unreadable } from './check-source.js';
import { checkClock, type Findings } from './finding.js';

/** Checks MongoDB: does it answer, is it a replica set, may the fleet write, do the indexes exist? */
export async function checkMongo(
  findings: Findings,
  db: Database,
  { rules }: Pick<Config, 'rules'>,
): Promise<void> {
  const report = await inspectMongo(db, rules).catch((error: unknown) => unreadable(findings, error));
  if (!report) return;
  findings.ok(`version ${report.version}`);
  if (report.product !== undefined) checkProduct(findings, report.product, rules);
  else if (report.isSharded) findings.ok('a sharded cluster');
  else if (report.replicaSet !== undefined) findings.ok(`replica set ${report.replicaSet}`);
  else
    findings.advise(
      'it is not a replica set',
      'acknowledged writes can be lost with its disk: run a replica set, with three members in production',
    );
  if (!report.isWritable)
    findings.problem(
      'the server that answers is not a primary',
      'name all members in MONGO_URI, with replicaSet=…',
    );
  if (report.lackingPrivileges.length > 0)
    findings.problem(
      `the user may not ${report.lackingPrivileges.join(', ')}`,
      `give it the role readWrite on ${db.databaseName}`,
    );
  checkIndexes(findings, report.indexes);
  if (report.clockAheadMs !== undefined) checkClock(findings, report.clockAheadMs);
}

/** Reports a compatible server that is not MongoDB: it has neither replica sets nor views. */
function checkProduct(findings: Findings, product: string, rules: Config['rules']): void {
  findings.advise(
    `it is ${product}, not MongoDB`,
    'replicate its PostgreSQL, where acknowledged writes are kept; docs/operations.md names what it cannot do',
  );
  if (rules.some(({ attach }) => attach))
    findings.problem(
      `${product} has no views, which a rule with attach needs`,
      'remove attach, or use another server',
    );
}

function checkIndexes(findings: Findings, { missing, problems }: IndexReport): void {
  for (const { problem, remedy } of problems) findings.problem(problem, remedy);
  if (missing.length > 0)
    findings.advise(
      `${missing.length === 1 ? '1 index is' : `${missing.length} indexes are`} not there: ${missing.slice(0, 3).join('; ')}${missing.length > 3 ? '; …' : ''}`,
      'the next worker that starts creates them',
    );
  else if (problems.length === 0) findings.ok('all indexes exist');
}
