import { canonicalKeyId, shownKey } from '@redis-to-mongo/pipeline';
import { ALLOW_NONE } from '../allow-none.js';
import type { Command } from '../command.js';
import { openAudit } from '../open-audit.js';
import { colored } from '../table.js';

export const sync: Command = {
  name: 'sync',
  forms: ['KEY...'],
  about:
    'Asks the fleet to sync keys now, out of turn, and does not wait for it; explain KEY shows how it went. However often\n' +
    'it is asked, at most one such job waits for a key. Without a fleet, use once. Exit code 1 when a key is not mirrored,\n' +
    'paused, or (without --allow-none) not there.',
  args: { min: 1, max: 10_000 },
  options: { ...ALLOW_NONE },
  examples: [
    ['sync orders', 'orders, as soon as a worker is free'],
    ['sync orders orders:info:tags', 'two keys'],
  ],
  async run(call) {
    const { args: names, options, out, servers } = call;
    const { readKey } = await import('@redis-to-mongo/mongo-sink');
    const { explainChoice, requestKeys } = await import('@redis-to-mongo/operations');
    const { keyBytes } = await import('@redis-to-mongo/pipeline');
    const { typesOf } = await import('@redis-to-mongo/redis-source');
    const config = await servers.config();
    const queue = await servers.queue();
    await (await servers.identity()).require();
    const [redis, db] = [await servers.redis(), await servers.db()];
    const keys = [...new Set(names.map(canonicalKeyId))];
    const types = await typesOf(redis, keys.map(keyBytes));
    const asked: string[] = [];
    const refused: { key: string; why: string }[] = [];
    for (const [i, key] of keys.entries()) {
      const type = types[i];
      const { isChosen, why } = explainChoice(config, key, typeof type === 'string' ? type : undefined);
      const state = await readKey(db, key);
      if (!isChosen) refused.push({ key, why });
      else if (type === undefined && !state) {
        const why = 'neither Redis nor MongoDB knows of it';
        if (!options.flag('allow-none')) refused.push({ key, why });
      } else if (state?.pausedAt) refused.push({ key, why: 'paused: resume it first' });
      else asked.push(key);
    }
    const audit = await openAudit(call);
    const workers = await requestKeys(queue, asked);
    for (const key of asked) await audit.note({ action: 'sync', key, result: 'asked for' });
    await audit.flush();
    if (out.isJson) out.json({ asked, refused, workers });
    else
      out.table(
        ['KEY', ''],
        [
          ...asked.map((key) => [shownKey(key), 'asked for']),
          ...refused.map(({ key, why }) => [shownKey(key), colored(why, 'red')]),
        ],
      );
    if (workers === 0) out.note('no worker is connected: the jobs wait until one is');
    return refused.length === 0 ? 'ok' : 'failed';
  },
};
