import { Writable } from 'node:stream';
import { createLogger, createMetrics } from '@redis-to-mongo/app-shell';
import { JobQueue, type QueueSettings } from '@redis-to-mongo/job-queue';
import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import type { AuditedAction } from '@redis-to-mongo/operations';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import { chooseAccount } from '../src/auth/account.js';
import type { DashboardOptions } from '../src/dashboard-options.js';
import { createDashboardServer } from '../src/dashboard-server.js';
import type { KeyDetailSources } from '../src/keys/key-detail.js';
import type { KeyListSources } from '../src/keys/key-list.js';
import type { ReadKeyValues } from '../src/keys/key-values.js';
import type { LetterSources } from '../src/letters/letters-of.js';
import { FleetPoller } from '../src/status/fleet-poller.js';
import { aFleet, aSummary, aType, someFacts } from './a-report.js';

export const LOGIN = { username: 'admin', password: 's3cret' };
export const ORIGIN = {
  host: 'localhost:8080',
  origin: 'http://localhost:8080',
  'sec-fetch-site': 'same-origin',
};
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Where the queue is, in the Redis at `url`. */
export function queueAt(url: string): QueueSettings {
  const { hostname, port } = new URL(url);
  return { redis: { host: hostname, port: Number(port), db: 0, tls: NO_TLS }, prefix: 'r2m' };
}

/** Keys that a test makes up, as MongoDB would list them: one page. */
function summariesOf(
  all: readonly KeySummary[],
): Pick<KeyDetailSources, 'readSummaries' | 'readKey'> & Pick<KeyListSources, 'readPage' | 'countKeys'> {
  return {
    readKey: async () => undefined,
    readSummaries: async (keys) =>
      new Map(all.filter(({ key }) => keys.includes(key)).map((one) => [one.key, one])),
    readPage: async ({ name }) => ({
      keys: all.filter(({ key }) => (name?.test ? name.test(key) : key.startsWith(name?.prefix ?? ''))),
      first: undefined,
      last: undefined,
      isMore: false,
    }),
    countKeys: async () => all.length,
  };
}

/** Keys that a test makes up have no details. */
export const NO_DETAILS: Pick<KeyDetailSources, 'explain' | 'readActions'> & {
  readonly readValues: ReadKeyValues;
} = {
  explain: async () => {
    throw new Error('nothing is known');
  },
  readActions: async () => [],
  readValues: async () => ({ excerpt: { code: 'NOTHING_KNOWN' }, sample: null }),
};

/** No record was refused. */
const NO_LETTERS: LetterSources = {
  readPage: async () => ({ letters: [], isMore: false }),
  count: async () => 0,
  kinds: async () => ({ collections: [], codes: [] }),
  async *all() {},
  show: async () => undefined,
  replay: async () => ({ result: 'absent' }),
  drop: async () => false,
};

/** A dashboard on a real queue, with a fleet of one key; `log` is what it logged. */
export async function aDashboard(redisUrl: string, more: Partial<DashboardOptions> = {}) {
  let log = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log += chunk.toString();
      done();
    },
  });
  const logger = createLogger({ level: 'info', format: 'json', app: 'dashboard', stream });
  const actions: AuditedAction[] = [];
  const queue = new JobQueue(queueAt(redisUrl), () => undefined);
  const poller = new FleetPoller({
    readFacts: async () => someFacts({ queue: { is: await queue.facts() } }),
    readSums: async () => aFleet([aType()]),
    onError: () => undefined,
  });
  const { account } = await chooseAccount(LOGIN);
  const health = {
    checks: [{ name: 'queue', check: () => queue.ping() }],
    registry: createMetrics('dashboard').registry,
  };
  const server = await createDashboardServer({
    account,
    queue: queue.forBoard(),
    poller,
    readProcesses: () => queue.processes(),
    keys: {
      ...summariesOf([aSummary()]),
      ...NO_DETAILS,
      nextRuns: (keys) => queue.schedulers.nextRuns(keys),
    },
    runAction: async ({ keys }) => keys.map(() => 'Done.'),
    letters: NO_LETTERS,
    records: {
      book: () => ({ note: async (about) => void actions.push(about), flush: async () => {} }),
      read: async () => ({ entries: [], isMore: false }),
      readHistory: async () => [],
      readKeyHistory: async () => [],
      watchKey: async () => {},
    },
    health,
    ...{ readOnly: false, showValues: false, basePath: '', trustedProxies: [] },
    ...{ configuration: [], grafanaUrl: undefined },
    logger,
    ...more,
  });
  const close = async () => {
    await server.close();
    await queue.close();
  };
  return { server, queue, close, log: () => log, actions };
}

/** Sends the login form. */
export async function sendLogin(
  server: FastifyInstance,
  fields: Record<string, string>,
  headers: Record<string, string> = ORIGIN,
  remoteAddress = '127.0.0.1',
) {
  const payload = new URLSearchParams(fields).toString();
  return await server.inject({
    method: 'POST',
    url: '/login',
    remoteAddress,
    payload,
    headers: { ...FORM, ...headers },
  });
}

/** Logs in, and returns the headers of a page that is logged in; from one address only so many may within a minute. */
export async function logIn(
  server: FastifyInstance,
  remoteAddress?: string,
): Promise<Record<string, string>> {
  const answer = await sendLogin(server, LOGIN, ORIGIN, remoteAddress);
  expect(answer.statusCode).toBe(303);
  const cookie = answer.cookies[0];
  return { ...ORIGIN, cookie: `${cookie?.name}=${cookie?.value}` };
}
