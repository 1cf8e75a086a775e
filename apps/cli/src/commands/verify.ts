import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, Command } from '../command.js';
import type { Output } from '../output.js';
import { bad, coloured, grouped } from '../table.js';
import type { Difference } from '../verify/difference.js';

type Finding = Difference & { readonly key: string; readonly type: string; readonly repaired?: boolean };

/** Keys compared at once. */
const AT_ONCE = 8;

export const verify: Command = {
  name: 'verify',
  forms: ['[PATTERN] [--repair] [--settle SECONDS]'],
  about:
    'Compares Redis with MongoDB, key by key and byte for byte: every entry of every stream, every value. It takes the\n' +
    'time of reading both. A key that differs is looked at again for --settle seconds, since the fleet may be about to\n' +
    'sync it. Entries that Redis has dropped since they were synced are no difference, nor are dead letters (see gaps,\n' +
    'dead-letters), nor fields and messages that a rule leaves out or lets go (see docs/rules.md). --repair syncs what\n' +
    'differs, and puts back what was taken out of MongoDB or changed there; keys that are paused it leaves alone.\n' +
    'Exit code 1 when something differs (with --repair: still differs).',
  args: { min: 0, max: 1 },
  options: {
    repair: { doc: 'mend what differs' },
    settle: { value: 'SECONDS', doc: 'how long a key may take to become equal; default 10' },
  },
  examples: [
    ['verify', 'is everything there?'],
    ["verify 'orders*' --repair", 'compare some keys, and mend them'],
    ['verify --settle 0 --json', 'as it is at this moment, for machines'],
  ],
  async run(call) {
    const { out } = call;
    const { findings, keys } = await compareAll(call);
    const isRepair = call.options.flag('repair');
    const left = findings.filter(({ repaired }) => !repaired);
    if (out.isJson) out.json({ keys, differing: findings });
    else print(out, keys, findings, isRepair);
    return left.length === 0 ? 'ok' : 'failed';
  },
};

async function compareAll({ args: [pattern], options, out, servers }: Call) {
  const { chooseKeys } = await import('../choose-keys.js');
  const { keysInMongo, keysInRedis } = await import('../find-keys-now.js');
  const { forEachAtOnce } = await import('../for-each-at-once.js');
  const { Progress } = await import('../progress.js');
  const { typesOf } = await import('@redis-to-mongo/redis-source');
  const { keyBytes, RuleBook } = await import('@redis-to-mongo/pipeline');
  const { isEqual } = await import('../verify/difference.js');
  const { verifyKey } = await import('../verify/verify-key.js');
  const settleMs = 1000 * options.whole('settle', 10, { min: 0, max: 3600 });
  const config = await servers.config();
  const rules = new RuleBook(config.rules);
  const wanted = chooseKeys(config, pattern);
  const [redis, db] = [await servers.redis(), await servers.db()];
  const here = await keysInRedis(redis, wanted);
  const types = new Map([...here].filter(([, type]) => config.keys.types.some((each) => each === type)));
  const names = new Set([
    ...types.keys(),
    ...(await keysInMongo(db, (key) => wanted(key) && !here.has(key))),
  ]);
  let differing: Finding[] = [];
  const compare = async (keys: Iterable<string>, total: number) => {
    const progress = new Progress(out, total, 'keys');
    const found: Finding[] = [];
    await forEachAtOnce(keys, AT_ONCE, async (key) => {
      const [type] = await typesOf(redis, [keyBytes(key)]);
      const difference = await verifyKey(redis, db, key, type, rules);
      progress.addEntries(difference.compared);
      progress.addDone();
      const word = type === undefined ? 'none' : typeof type === 'string' ? type : type.unknown;
      if (!isEqual(difference)) found.push({ key, type: word, ...difference });
    }).finally(() => progress.end());
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  };
  differing = await compare(names, names.size);
  const again = async () => await compare(new Set(differing.map(({ key }) => key)), differing.length);
  for (const until = Date.now() + settleMs; differing.length > 0 && Date.now() < until; ) {
    await sleep(Math.min(500, settleMs));
    differing = await again();
  }
  if (!options.flag('repair') || differing.length === 0) return { findings: differing, keys: names.size };
  const { openLine } = await import('../open-line.js');
  const { repairKey } = await import('../verify/repair-key.js');
  const { line, slice } = await openLine(servers);
  for (const { key } of differing) await repairKey(redis, db, line, slice, key);
  const still = new Set((await again()).map(({ key }) => key));
  return {
    findings: differing.map((each) => ({ ...each, repaired: !still.has(each.key) })),
    keys: names.size,
  };
}

function print(out: Output, keys: number, findings: readonly Finding[], isRepair: boolean): void {
  if (findings.length > 0)
    out.table(
      ['KEY', 'TYPE', '>COMPARED', '>MISSING', '>DIFFERENT', 'WHAT', isRepair ? 'REPAIR' : ''],
      findings.map(({ key, type, compared, missing, different, problems, repaired }) => [
        key,
        type,
        compared,
        bad(missing),
        bad(different),
        problems.join('; '),
        repaired === undefined
          ? ''
          : repaired
            ? coloured('mended', 'green')
            : coloured('still differs', 'red'),
      ]),
    );
  const verdict = findings.length === 0 ? 'all equal' : `${grouped(findings.length)} differ`;
  out.line(`${grouped(keys)} keys compared: ${verdict}`);
}
