import { SyncError } from '@redis-to-mongo/pipeline';
import type { RedisOptions } from 'ioredis';

/**
 * Parses a Redis URL into options of ioredis; `rediss:` is handled elsewhere.
 * @throws SyncError `REDIS_URL`: ioredis itself would use database 0 if the path is not a number.
 */
export function optionsOfUrl(text: string): RedisOptions {
  if (!URL.canParse(text)) throw refused('it is not a URL');
  const url = new URL(text);
  const db = /^\/?(\d{0,9})$/.exec(url.pathname)?.[1];
  if (db === undefined) throw refused('its path is not the number of a database');
  const family = url.searchParams.get('family');
  const [username, password] = [decoded(url.username), decoded(url.password)];
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db: Number(db),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(family ? { family: Number(family) } : {}),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused('its user name or password is not percent-encoded');
  }
}

function refused(reason: string): SyncError {
  return new SyncError(
    'REDIS_URL',
    'configuration',
    `the URL of the Redis cannot be used: ${reason}: write redis://[user:password@]host:port[/database]`,
  );
}
