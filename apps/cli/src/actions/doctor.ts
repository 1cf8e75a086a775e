import { judge } from '@redis-to-mongo/fleet-status';
import { type Cell, colored } from '@redis-to-mongo/terminal';
import type { Call } from '../command.js';
import { checkMirror, checkPatterns } from '../doctor/check-keys.js';
import { checkMongo } from '../doctor/check-mongo.js';
import { checkQueue } from '../doctor/check-queue.js';
import { checkSource } from '../doctor/check-source.js';
import { type Finding, Findings } from '../doctor/finding.js';
import type { Ending } from '../exit-codes.js';

export async function doctor({ out, clients }: Call): Promise<Ending> {
  const config = await clients.config();
  const subjects = {
    configuration: new Findings('configuration'),
    source: new Findings('source Redis'),
    queue: new Findings('queue’s Redis'),
    mongo: new Findings('MongoDB'),
    mirror: new Findings('mirror'),
  };
  for (const warning of config.warnings) subjects.configuration.advise(warning, '');
  if (config.warnings.length === 0)
    subjects.configuration.ok(config.file ?? 'from the environment and defaults');
  const [redis, db] = [await clients.redis(), await clients.db()];
  await Promise.all([
    checkSource(subjects.source, redis, config),
    checkQueue(subjects.queue, clients),
    checkMongo(subjects.mongo, db, config),
  ]);
  // A server that does not answer was already reported.
  const answers = (findings: readonly Finding[]) => findings.some(({ level }) => level === 'ok');
  if (answers(subjects.source.all)) await checkPatterns(subjects.source, redis, config);
  const facts = await clients.facts();
  const isStarted =
    'is' in facts.queue && 'is' in facts.mirror && (facts.queue.is.schedulers > 0 || facts.mirror.is.hasKeys);
  checkMirror(subjects.mirror, judge(facts), isStarted);
  const findings = Object.values(subjects).flatMap(({ all }) => all);
  if (out.isJson) out.json({ findings });
  else
    out.table(
      ['CHECK', '', 'FINDING', 'REMEDY'],
      findings.map(({ check, level, what, remedy }) => [check, mark(level), what, remedy]),
    );
  return findings.some(({ level }) => level === 'problem') ? 'failed' : 'ok';
}

function mark(level: Finding['level']): Cell {
  return colored(level, level === 'ok' ? 'green' : level === 'advice' ? 'yellow' : 'red');
}
