import { readKeySummaries } from '@redis-to-mongo/mongo-sink';
import { explainChoice, requestKeys } from '@redis-to-mongo/operations';
import { canonicalKeyId, shownKey } from '@redis-to-mongo/pipeline';
import { typesOf } from '@redis-to-mongo/redis-source';
import { colored } from '@redis-to-mongo/terminal';
import type { AllowNone } from '../allow-none.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { noteActions } from '../open-audit.js';

export async function sync(call: Call, names: readonly string[], { allowNone }: AllowNone): Promise<Ending> {
  const { out, clients } = call;
  const config = await clients.config();
  const queue = await clients.queue();
  await (await clients.identity()).require();
  const [redis, db] = [await clients.redis(), await clients.db()];
  const keys = [...new Set(names.map(canonicalKeyId))];
  const [types, known] = await Promise.all([typesOf(redis, keys), readKeySummaries(db, keys)]);
  const asked: string[] = [];
  const refused: { key: string; why: string }[] = [];
  for (const [i, key] of keys.entries()) {
    const type = types[i];
    const { isChosen, why } = explainChoice(config, key, typeof type === 'string' ? type : undefined);
    const state = known.get(key);
    if (!isChosen) refused.push({ key, why });
    else if (type === undefined && !state) {
      const why = 'neither Redis nor MongoDB has it';
      if (!allowNone) refused.push({ key, why });
    } else if (state?.paused) refused.push({ key, why: 'paused: resume it first' });
    else asked.push(key);
  }
  const workers = await requestKeys(queue, asked);
  await noteActions(
    call,
    asked.map((key) => ({ action: 'sync', key, result: 'asked for' })),
  );
  if (out.isJson) out.json({ asked, refused, workers });
  else
    out.table(
      ['KEY', 'RESULT'],
      [
        ...asked.map((key) => [shownKey(key), 'asked for']),
        ...refused.map(({ key, why }) => [shownKey(key), colored(why, 'red')]),
      ],
    );
  if (workers === 0 && asked.length > 0) out.note('no worker is connected: the jobs wait for one');
  return refused.length === 0 ? 'ok' : 'failed';
}
