import type { KeyQuery } from '@redis-to-mongo/mongo-sink';
import type { Call } from './command.js';
import type { Ending } from './exit-codes.js';
import { INTERRUPTED } from './interruption.js';
import { coloured, counted } from './table.js';

const AT_ONCE = 20;
const UNKNOWN = 'unknown';

/**
 * Does something to each key that a PATTERN among the arguments takes, and shows what was done to each.
 * @param condition what only keys need to be asked for that a pattern takes; a key by its name is asked for anyway.
 * @param onlyOthers what is told of a pattern that takes only keys without the condition, where that is a failure.
 */
export async function changeKeys(
  { args, options, out, servers, interruption }: Call,
  condition: KeyQuery['condition'],
  change: (key: string) => Promise<{ readonly done: string; readonly isRefused?: boolean }>,
  onlyOthers?: string,
): Promise<Ending> {
  const { keyNames, readKey } = await import('@redis-to-mongo/mongo-sink');
  const { forEachAtOnce, namePattern, shownKey } = await import('@redis-to-mongo/pipeline');
  const db = await servers.db();
  const names = new Set<string>();
  const done = new Map<string, string>();
  for (const pattern of args) {
    const name = namePattern(pattern);
    const found = await keyNames(db, { name, condition });
    for (const key of found) names.add(key);
    if (found.length > 0) continue;
    // A key by its name is asked for anyway.
    for (const key of name.names) if (await readKey(db, key)) names.add(key);
    if (name.names.some((key) => names.has(key))) continue;
    if (!condition || (await keyNames(db, { name })).length === 0) done.set(pattern, UNKNOWN);
    else if (onlyOthers !== undefined) done.set(pattern, onlyOthers);
  }
  let isRefused = false;
  const work = forEachAtOnce(names, AT_ONCE, async (key) => {
    const changed = await change(key);
    done.set(key, changed.done);
    isRefused ||= changed.isRefused === true;
  });
  const isInterrupted = (await interruption.until(work)) === INTERRUPTED;
  const results = [...done].map(([key, what]) => ({ key, done: what }));
  results.sort((a, b) => (a.key < b.key ? -1 : 1));
  if (out.isJson)
    out.json({ ...(isInterrupted ? { interrupted: true, of: names.size } : {}), keys: results });
  else
    out.table(
      ['KEY', ''],
      results.map(({ key, done: what }) => [
        shownKey(key),
        what === UNKNOWN ? coloured('MongoDB knows of no such key', 'red') : what,
      ]),
    );
  if (isInterrupted) {
    out.note(`interrupted: ${done.size} of ${counted(names.size, 'key')} done`);
    return 'interrupted';
  }
  const isLacking = results.some(({ done: what }) => what === UNKNOWN || what === onlyOthers);
  return isRefused || (isLacking && !options.flag('allow-none')) ? 'failed' : 'ok';
}
