import { join } from 'node:path';
import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { prepareDatabase, readStatus } from '@redis-to-mongo/mongo-sink';
import { KEY_CONDITIONS } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { fleetEnv, newPassword } from '../../fleet/fleet-env.js';
import { FleetMember } from '../../fleet/fleet-member.js';
import { runPipelines } from '../../generator/run-pipeline.js';
import { processUsage } from '../../program/process-usage.js';
import { ProvingError } from '../../proving-error.js';
import type { BenchEnvironment, Target } from '../bench-environment.js';
import type { ListsRun, ListTime } from '../bench-result.js';

/** Pages of each list that are read, one by its link from the other. */
const PAGES = 3;
const PER_PAGE = 50;
/** The walks over all lists: what is held after the first one has been loaded once. */
const WALKS = 2;

const CONDITIONS = KEY_CONDITIONS.map((one) => (one === 'dead' ? 'dead+letters' : one));
const LISTS: readonly string[] = [
  'keys',
  'keys?sort=-key',
  'keys?q=cart',
  'keys?q=session%3A000',
  ...KEY_TYPES.map((type) => `keys?type=${type}`),
  ...CONDITIONS.map((condition) => `keys?status=${condition}`),
  'keys?type=stream&sort=-key',
  'keys?q=orders%3A&type=set',
];

/**
 * How long each list of the dashboard takes with very many keys, page by page, the first one right after its start; and what the
 * dashboard holds before and after. Beside it, what a plain find of as many documents by their `_id` takes in the same moment.
 * Runs where the sizes ask for it.
 */
export async function measureLists(bench: BenchEnvironment): Promise<ListsRun[]> {
  const keys = bench.sizes.lists?.keys;
  if (keys === undefined) return [];
  await bench.clear();
  await fillListKeys(bench, keys);
  await using target = await bench.openTarget();
  await prepareDatabase(target.db);
  await fillKeyDocuments(target.db, keys, bench.signal);
  // A server may read all that is new to it when it is first asked, once for each who asks: here by one, before anything is measured.
  const documents = target.db.collection<{ _id: string }>('keys');
  await documents.findOne({ _id: listKey(0, keys) });
  await documents.countDocuments({ keyType: 'set', status: 'active' });
  await readStatus(target.db);
  return [await withDashboard(bench, target, keys)];
}

async function withDashboard(bench: BenchEnvironment, target: Target, keys: number): Promise<ListsRun> {
  const cwd = await bench.nextDir();
  const password = newPassword();
  const env = fleetEnv({
    redisUrl: bench.redisServer.url,
    mongoUri: target.uri,
    mongoDbName: target.dbName,
    queuePrefix: 'lists',
    dashboardPassword: password,
    options: { QUEUE_REDIS_URL: bench.queueRedisUrl },
  });
  const logFile = join(cwd, 'dashboard.log');
  const dashboard = new FleetMember({ app: 'dashboard', name: 'dashboard', env, cwd, logFile });
  try {
    await dashboard.ready();
    const reader = await PageReader.logIn(dashboard.address, 'admin', password);
    const held = async () => (await processUsage(dashboard.pid ?? 0)).bytes;
    const lists: ListTime[] = [];
    let before = 0;
    for (let walk = 1; walk <= WALKS; walk++) {
      for (const list of LISTS)
        lists.push(...(await measureList(bench, target, reader, { list, keys, walk })));
      if (walk === 1) before = await held();
    }
    return { keys, lists, bytes: { before, after: await held() } };
  } finally {
    dashboard.signal('SIGTERM');
    await dashboard.ended;
  }
}

async function measureList(
  { say, signal }: BenchEnvironment,
  { db }: Target,
  reader: PageReader,
  { list, keys, walk }: { readonly list: string; readonly keys: number; readonly walk: number },
): Promise<ListTime[]> {
  const names = Array.from({ length: PER_PAGE + 1 }, (_none, i) => listKey(i * 11, keys));
  const times: ListTime[] = [];
  let path: string | undefined = list;
  for (let page = 1; page <= PAGES && path !== undefined; page++) {
    signal.throwIfAborted();
    const begin = performance.now();
    await db
      .collection<{ _id: string }>('keys')
      .find({ _id: { $in: names } })
      .toArray();
    const findMs = performance.now() - begin;
    const { text, ms }: { text: string; ms: number } = await reader.read(path);
    const rows = text.match(/<a class="key"/g)?.length ?? 0;
    times.push({ list, page, walk, rows, ms, findMs });
    say(
      `  lists  ${list} page ${page}: ${rows} keys after ${ms.toFixed(0)} ms, ${(ms / findMs).toFixed(0)} × a find`,
    );
    path = /<a href="([^"]*)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
  }
  return times;
}

const PATIENCE_MS = 60_000;

/** Reads pages of a dashboard as a browser does that has logged in. */
class PageReader {
  readonly #address: string;
  readonly #cookie: string;

  private constructor(address: string, cookie: string) {
    this.#address = address;
    this.#cookie = cookie;
  }

  /** @throws ProvingError `PROVING_APP_FAILED` where the login is refused. */
  static async logIn(address: string, username: string, password: string): Promise<PageReader> {
    const answer = await fetch(`${address}/login`, {
      method: 'POST',
      headers: { origin: address },
      body: new URLSearchParams({ username, password }),
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await answer.body?.cancel();
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    if (answer.status !== 303 || cookies.length === 0)
      throw new ProvingError('PROVING_APP_FAILED', `the dashboard refused the login with ${answer.status}`);
    return new PageReader(address, cookies.join('; '));
  }

  /** A page's text, and how long it took, in ms. @throws ProvingError `PROVING_APP_FAILED` where it is not answered with 200. */
  async read(path: string): Promise<{ readonly text: string; readonly ms: number }> {
    const begin = performance.now();
    const answer = await fetch(`${this.#address}/${path}`, {
      headers: { cookie: this.#cookie },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    if (answer.status !== 200)
      throw new ProvingError('PROVING_APP_FAILED', `/${path} was answered with ${answer.status}`);
    return { text, ms: performance.now() - begin };
  }
}

/** Of ten keys in a row, so many have this type. */
const TYPES = [
  ...(['string', 'string', 'string', 'hash', 'hash', 'hash'] as const),
  ...(['list', 'zset', 'set', 'stream'] as const),
];
const NAMES = ['session', 'user', 'cart', 'cache', 'flag'] as const;
const AT_ONCE = 5_000;
/** One key in so many is deleted. */
const DELETED = 53;

/** What a key of this number is called: those of one type do not lie together, nor do those of one beginning in their order. */
function listKey(n: number, all: number): string {
  const type = TYPES[n % TYPES.length];
  if (type === 'stream') return `orders:${n}`;
  if (type === 'set') return `orders:${n - 1}:info:tags`;
  return `${NAMES[Math.floor(n / 10) % NAMES.length]}:${String((n * 7919) % all).padStart(7, '0')}`;
}

/** The documents of so many keys, as if a fleet had mirrored them: most in step, some behind, failing, paused, with losses. */
async function fillKeyDocuments(db: Db, all: number, signal: AbortSignal): Promise<void> {
  const keys = db.collection<{ _id: string }>('keys');
  for (let from = 0; from < all; from += AT_ONCE) {
    signal.throwIfAborted();
    const some = Array.from({ length: Math.min(AT_ONCE, all - from) }, (_none, i) =>
      keyDocument(from + i, all),
    );
    await keys.insertMany(some, { ordered: false });
  }
}

function keyDocument(n: number, all: number) {
  const keyType = TYPES[n % TYPES.length];
  const at = new Date(1_700_000_000_000 + 2_000 * n);
  const _id = listKey(n, all);
  const isFailing = n % 1_000 === 9;
  return {
    _id,
    keyType,
    stream: _id,
    type: 'main',
    status: n % DELETED === 7 ? 'deleted' : 'active',
    incarnation: 1,
    revision: 1,
    position: keyType === 'stream' ? { entryId: `${at.getTime()}-0`, passed: n, before: 0 } : null,
    lag: n % 1_000 === 3 ? 1 + (n % 97) : 0,
    counts: {
      ...{ seen: n % 100, written: n % 100, alreadyThere: 0 },
      ...{ dead: n % 2_000 === 11 ? 1 : 0, gap: n % 2_500 === 19 ? 4 : 0 },
    },
    gaps: [],
    activity: [{ from: at, until: null }],
    firstSyncedAt: at,
    lastSyncedAt: at,
    lastChangedAt: at,
    expiresAt: null,
    lastError: isFailing
      ? {
          ...{ code: n % 3_000 === 9 ? 'KEY_QUARANTINED' : 'MONGO_WRITE', errorClass: 'unknown' },
          ...{ message: 'measured', at },
        }
      : null,
    pausedAt: n % 1_500 === 4 ? at : null,
  };
}

/** The same keys in the source, those that are deleted left out; each holds next to nothing. */
async function fillListKeys({ redis }: BenchEnvironment, all: number): Promise<void> {
  await runPipelines(redis, all, (pipeline, n) => {
    if (n % DELETED === 7) return;
    const name = listKey(n, all);
    const type = TYPES[n % TYPES.length];
    if (type === 'stream') pipeline.xadd(name, '1-1', 'a', '1');
    else if (type === 'set') pipeline.sadd(name, 'a');
    else if (type === 'hash') pipeline.hset(name, 'a', '1');
    else if (type === 'list') pipeline.rpush(name, 'a');
    else if (type === 'zset') pipeline.zadd(name, 1, 'a');
    else pipeline.set(name, 'a');
  });
}
