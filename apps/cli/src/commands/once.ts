import type { KeyOutcome } from '@redis-to-mongo/operations';
import { shownKey } from '@redis-to-mongo/pipeline';
import { ALLOW_NONE, requireKeys } from '../allow-none.js';
import type { Command } from '../command.js';
import { endInterrupted, interruptedPart } from '../interrupted-output.js';
import { INTERRUPTED } from '../interruption.js';
import type { Output } from '../output.js';
import { colored, counted, grouped } from '../table.js';

export const once: Command = {
  name: 'once',
  forms: ['[PATTERN] [--concurrency N]'],
  about:
    'Syncs every key that is there now, to its end, and retires those that have gone; then it ends. It works without a\n' +
    'fleet and without the queue, and does no harm beside one. Keys that are paused are left alone. It\n' +
    'may be stopped at any time and begun again.\n' +
    'Exit code 0 when all is in step, 1 when a key failed, MongoDB refused entries (they are dead\n' +
    'letters), or there is no key at all, without --allow-none.',
  args: { min: 0, max: 1 },
  options: {
    ...ALLOW_NONE,
    concurrency: {
      value: 'N',
      doc: 'streams and large values at once; default: that of a worker (WORKER_CONCURRENCY)',
    },
  },
  examples: [
    ['once', 'everything that the configuration chooses'],
    ["once 'orders*' --json", 'some keys, with the outcome of each'],
  ],
  async run({ args, options, out, servers, interruption }) {
    const [pattern] = args;
    const { chooseKeys } = await import('../choose-keys.js');
    const { keysInMongo, namesInRedis, syncAllToEnd } = await import('@redis-to-mongo/operations');
    const { openLine } = await import('../open-line.js');
    const { Progress } = await import('../progress.js');
    const config = await servers.config();
    const atOnce = options.whole('concurrency', config.worker.concurrency, { min: 1, max: 1000 });
    const wanted = chooseKeys(config, pattern);
    const { line, slice } = await openLine(servers);
    const there = await namesInRedis(await servers.redis(), wanted);
    const known = await keysInMongo(await servers.db(), wanted);
    const names = [...new Set([...there, ...known])];
    requireKeys({ args, options }, 'once', names.length, 'neither Redis nor MongoDB has');
    const outcomes: KeyOutcome[] = [];
    const progress = new Progress(out, names.length, 'keys');
    const onSeen = (entries: number) => progress.addEntries(entries);
    const work = syncAllToEnd(line, names, slice, atOnce, onSeen, (outcome) => {
      outcomes.push(outcome);
      progress.addDone();
    });
    const isInterrupted = (await interruption.until(work).finally(() => progress.end())) === INTERRUPTED;
    const done = [...outcomes].sort((a, b) => (a.key < b.key ? -1 : 1));
    if (out.isJson) out.json({ ...interruptedPart(isInterrupted, names.length), keys: done });
    else print(out, done);
    if (isInterrupted)
      return endInterrupted(
        out,
        `${grouped(done.length)} of ${counted(names.length, 'key')} done; begin it again for the rest`,
      );
    return outcomes.every(({ result, dead }) => result !== 'failed' && dead === 0) ? 'ok' : 'failed';
  },
};

function print(out: Output, outcomes: readonly KeyOutcome[]): void {
  const failed = outcomes.filter(({ error }) => error);
  if (failed.length > 0) {
    out.table(
      ['KEY', 'ERROR', 'MESSAGE'],
      failed.map(({ key, error }) => [shownKey(key), colored(error?.code ?? '', 'red'), error?.message]),
    );
    out.line();
  }
  const count = (result: KeyOutcome['result']) => outcomes.filter((each) => each.result === result).length;
  const sum = (name: 'written' | 'alreadyThere' | 'dead' | 'gap') =>
    grouped(outcomes.reduce((total, each) => total + each[name], 0));
  const results = (['synced', 'unchanged', 'deleted', 'absent', 'unsupported', 'paused', 'failed'] as const)
    .map((result) => [result, count(result)] as const)
    .filter(([, keys]) => keys > 0)
    .map(([result, keys]) => `${grouped(keys)} ${result}`);
  out.line(`${counted(outcomes.length, 'key')}${results.length > 0 ? `: ${results.join(', ')}` : ''}`);
  out.line(
    `entries: ${sum('written')} written, ${sum('alreadyThere')} already there, ${sum('dead')} dead letters, ` +
      `${sum('gap')} lost in gaps`,
  );
}
