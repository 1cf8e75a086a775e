import { keyNames } from '@redis-to-mongo/mongo-sink';
import { namePattern } from '@redis-to-mongo/pipeline';
import { type AllowNone, requireKeys } from './allow-none.js';
import type { Database } from './clients.js';

/**
 * Finds the active keys in MongoDB that a command's pattern matches.
 * @throws CliError CLI_NOT_FOUND if there is none, unless --allow-none is given; it says if only deleted keys match.
 */
export async function activeKeys(
  db: Database,
  command: string,
  pattern: string,
  options: AllowNone,
): Promise<readonly string[]> {
  const name = namePattern(pattern);
  const keys = await keyNames(db, { name, condition: 'active' });
  const deleted = keys.length > 0 ? 0 : (await keyNames(db, { name, condition: 'deleted' })).length;
  requireKeys(command, pattern, options, { keys: keys.length, where: 'MongoDB', deleted });
  return keys;
}
