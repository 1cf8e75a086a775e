import { join } from 'node:path';
import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { prepareDatabase, readStatus } from '@redis-to-mongo/mongo-sink';
import { KEY_CONDITIONS } from '@redis-to-mongo/pipeline';
import { fleetEnv, newPassword } from '../../fleet/fleet-env.js';
import { FleetMember } from '../../fleet/fleet-member.js';
import type { BenchEnvironment, Target } from '../bench-environment.js';
import type { ListsRun, ListTime } from '../bench-result.js';
import { processUsage } from '../process-usage.js';
import { fillKeyDocuments, fillListKeys, listKey } from './list-keys.js';
import { PageReader } from './page-reader.js';

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
export async function measureLists(place: BenchEnvironment): Promise<ListsRun[]> {
  const keys = place.sizes.lists?.keys;
  if (keys === undefined) return [];
  await place.clear();
  await fillListKeys(place, keys);
  await using target = await place.openTarget();
  await prepareDatabase(target.db);
  await fillKeyDocuments(target.db, keys, place.signal);
  // A server may read all that is new to it when it is first asked, once for each who asks: here by one, before anything is measured.
  const documents = target.db.collection<{ _id: string }>('keys');
  await documents.findOne({ _id: listKey(0, keys) });
  await documents.countDocuments({ keyType: 'set', status: 'active' });
  await readStatus(target.db);
  return [await withDashboard(place, target, keys)];
}

async function withDashboard(place: BenchEnvironment, target: Target, keys: number): Promise<ListsRun> {
  const cwd = await place.nextDir();
  const password = newPassword();
  const env = fleetEnv({
    redisUrl: place.redisServer.url,
    mongoUri: target.uri,
    mongoDbName: target.dbName,
    queuePrefix: 'lists',
    dashboardPassword: password,
    options: { QUEUE_REDIS_URL: place.queueRedisUrl },
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
        lists.push(...(await measureList(place, target, reader, { list, keys, walk })));
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
