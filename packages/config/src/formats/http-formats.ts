import { compile } from '@fastify/proxy-addr';
import { listFormats } from './list-formats.js';

/**
 * The first parts of the dashboard's own paths; paths of lists also end with `.csv` or `.json`. A base path
 * of the same name would make paths ambiguous if the proxy removes it.
 */
const DASHBOARD_PATHS = [
  'api',
  'assets',
  'audit',
  'bulk',
  'configuration',
  'dead-letter',
  'dead-letters',
  'healthz',
  'history',
  'key',
  'keys',
  'live',
  'workers',
  'login',
  'logout',
  'metrics',
  'queues',
  'readyz',
] as const;

const SEGMENTS = /^(\/[\w.~-]+)+$/;

export const httpFormats = {
  'base-path': {
    /** A trailing slash is dropped, so a lone slash means no base path. */
    parse: (text: string) => text.trim().replace(/\/+$/, ''),
    check: (value: unknown) => {
      if (value === '') return undefined;
      if (typeof value !== 'string') return 'is not text';
      if (!value.startsWith('/')) return 'does not begin with /';
      if (!SEGMENTS.test(value) || /\/\.{1,2}(\/|$)/.test(value)) return 'is not a plain path';
      const [, first = ''] = value.split('/');
      return DASHBOARD_PATHS.some((name) => name === first.replace(/\.(csv|json)$/, ''))
        ? 'begins as one of the dashboard’s own paths does'
        : undefined;
    },
    expected: () => 'a path such as /mirror: letters, digits and . _ ~ - between slashes',
  },
  proxies: {
    parse: listFormats.list.parse,
    check: (value: unknown) => {
      if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
        return 'is not a list of texts';
      try {
        compile(value);
        return undefined;
      } catch {
        return 'has an item that is neither an address nor a range of addresses';
      }
    },
    expected: () =>
      'a comma-separated list of IP addresses, ranges such as 10.0.0.0/8, or loopback, linklocal, uniquelocal (in config.json, also an array)',
  },
};
