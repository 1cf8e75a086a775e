import { readMongoHosts, readMongoUri } from './mongo-address.js';
import { readRedisUrl } from './redis-address.js';

export const urlFormats = {
  'http-url': {
    parse: (text: string) => text.trim(),
    check: (value: unknown) => {
      if (typeof value !== 'string') return 'is not text';
      if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return 'is not an http:// or https:// URL';
      const { username, password } = new URL(value);
      return username === '' && password === '' ? undefined : 'holds a user or a password';
    },
    expected: () => 'http://host[:port] or https://host[:port], without a user name',
  },
  'redis-url': {
    parse: (text: string) => text.trim(),
    check: (value: unknown) => (typeof value === 'string' ? problemOf(readRedisUrl(value)) : 'is not text'),
    expected: () => 'redis://[user:password@]host[:port][/db], or rediss:// for TLS',
  },
  'mongo-uri': {
    parse: (text: string) => text.trim(),
    check: (value: unknown) => (typeof value === 'string' ? problemOf(readMongoUri(value)) : 'is not text'),
    expected: () =>
      'mongodb://[user:password@]host[:port][,…][/db][?options] or mongodb+srv://…, with user name and password percent-encoded',
  },
  'mongo-host': {
    parse: (text: string) => text.trim(),
    check: (value: unknown) => {
      if (typeof value !== 'string') return 'is not text';
      return problemOf(isMongoUri(value) ? readMongoUri(value) : readMongoHosts(value));
    },
    expected: () => 'host or host:port, several separated by commas, or a mongodb:// or mongodb+srv:// URI',
  },
};

/** Whether a `MONGO_HOST` is a whole URI, which the old engine allowed too. */
export function isMongoUri(text: string): boolean {
  return text.includes('://');
}

function problemOf(read: object | string): string | undefined {
  return typeof read === 'string' ? read : undefined;
}
