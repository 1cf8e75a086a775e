import type { Config } from '@redis-to-mongo/config';
import { readStatus } from '@redis-to-mongo/mongo-sink';
import { isKeyType } from '@redis-to-mongo/pipeline';
import type { Database, RedisClient } from '../servers.js';
import { surveyKeys } from '../survey-keys.js';
import { grouped } from '../table.js';
import { unreadable } from './check-source.js';
import type { Findings } from './finding.js';

/** Looks for patterns that match nothing, and types that nobody mirrors. Reads every key's name once. */
export async function checkPatterns(findings: Findings, redis: RedisClient, config: Config): Promise<void> {
  const survey = await surveyKeys(redis, config).catch((error: unknown) => unreadable(findings, error));
  if (!survey) return;
  const mirrored = survey.types.filter(({ isMirrored }) => isMirrored);
  findings.ok(`${grouped(mirrored.reduce((sum, { keys }) => sum + keys, 0))} keys are chosen`);
  for (const { option, pattern, keys } of survey.patterns)
    if (keys === 0) findings.advise(`${option} ${pattern} matches no key`, 'is it written as the keys are?');
  for (const { type, keys, isMirrored } of survey.types)
    if (!isMirrored)
      findings.advise(
        `${grouped(keys)} keys of type ${type} are not mirrored`,
        isKeyType(type)
          ? 'add the type to KEY_TYPES, or the keys to KEY_EXCLUDE'
          : 'add the keys to KEY_EXCLUDE',
      );
}

/** What the mirror itself says: lost, refused, failing. */
export async function checkMirror(findings: Findings, db: Database): Promise<void> {
  const status = await readStatus(db).catch((error: unknown) => unreadable(findings, error));
  if (!status) return;
  const sum = (name: 'failing' | 'gap' | 'dead') => status.types.reduce((all, type) => all + type[name], 0);
  const [failing, gap, dead] = [sum('failing'), sum('gap'), sum('dead')];
  if (failing > 0)
    findings.problem(`${grouped(failing)} keys fail`, 'keys --status failing shows them with their errors');
  if (gap > 0)
    findings.advise(
      `${grouped(gap)} entries were lost before they were read`,
      'gaps shows when: sync more often, trim later',
    );
  if (dead > 0) findings.advise(`${grouped(dead)} entries were refused`, 'dead-letters list shows them');
  if (failing + gap + dead === 0) findings.ok('nothing was lost or refused, and no key fails');
}
