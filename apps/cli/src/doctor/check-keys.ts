import type { Config } from '@redis-to-mongo/config';
import { queueKeyPattern } from '@redis-to-mongo/job-queue';
import { readStatus } from '@redis-to-mongo/mongo-sink';
import { globToRegExp } from '@redis-to-mongo/pipeline';
import { discover } from '@redis-to-mongo/redis-source';
import type { Database, RedisClient } from '../servers.js';
import { grouped } from '../table.js';
import { unreadable } from './check-source.js';
import type { Findings } from './finding.js';

/** Looks for patterns that match nothing, and types that nobody mirrors. Reads every key's name once. */
export async function checkPatterns(findings: Findings, redis: RedisClient, config: Config): Promise<void> {
  const { include, exclude, types } = config.keys;
  const patterns = [...include, ...exclude].map((pattern) => ({
    pattern,
    re: globToRegExp(pattern),
    keys: 0,
  }));
  const isQueueKey = globToRegExp(queueKeyPattern(config.queue));
  const isExcluded = exclude.map(globToRegExp);
  const unmirrored = new Map<string, number>();
  let chosen = 0;
  try {
    for await (const found of discover(redis, { wanted: (key) => !isQueueKey.test(key), known: new Map() }))
      for (const { key, type } of found) {
        for (const each of patterns) if (each.re.test(key)) each.keys++;
        if (!patterns.slice(0, include.length).some(({ re }) => re.test(key))) continue;
        if (isExcluded.some((re) => re.test(key))) continue;
        const word = typeof type === 'string' ? type : type.unknown;
        if (types.some((each) => each === type)) chosen++;
        else unmirrored.set(word, (unmirrored.get(word) ?? 0) + 1);
      }
  } catch (error) {
    unreadable(findings, error);
    return;
  }
  findings.ok(`${grouped(chosen)} keys are chosen`);
  patterns.forEach(({ pattern, keys }, i) => {
    const option = i < include.length ? 'KEY_INCLUDE' : 'KEY_EXCLUDE';
    if (keys === 0) findings.advise(`${option} ${pattern} matches no key`, 'is it written as the keys are?');
  });
  for (const [type, keys] of unmirrored)
    findings.advise(
      `${grouped(keys)} keys of type ${type} are not mirrored`,
      types.some((each) => each === type) ? '' : 'add the type to KEY_TYPES, or the keys to KEY_EXCLUDE',
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
