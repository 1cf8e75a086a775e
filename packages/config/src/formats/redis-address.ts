import { percentDecode } from './percent-decode.js';

/** The parts of a Redis URL; a part that is absent is undefined. */
export interface RedisUrl {
  readonly href: string;
  readonly host: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  readonly tls: boolean;
}

/**
 * Reads `redis://` and `rediss://` URLs. After `?`, only `family` is accepted: a password there would escape
 * the rules for passwords.
 * @returns the parts, or a string that says what is wrong, without quoting the URL.
 */
export function readRedisUrl(text: string): RedisUrl | string {
  if (!/^rediss?:\/\//i.test(text)) return 'does not begin with redis:// or rediss://';
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.hostname === '') return 'names no host';
  if (url.port === '0') return 'has port 0';
  const db = /^\/?(\d{0,9})$/.exec(url.pathname)?.[1];
  if (db === undefined) return 'has a path that is not the number of a database';
  if ([...url.searchParams.keys()].some((name) => name !== 'family') || url.hash !== '') {
    return 'has something behind the database that it may not have';
  }
  if (url.searchParams.getAll('family').some((family) => !/^[046]$/.test(family))) {
    return 'has a family that is not 0, 4 or 6';
  }
  const username = percentDecode(url.username);
  const password = percentDecode(url.password);
  if (username === undefined || password === undefined) {
    return 'has a user name or password that is not percent-encoded';
  }
  return {
    href: url.href,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    ...(db === '' ? {} : { db: Number(db) }),
    tls: url.protocol === 'rediss:',
  };
}
