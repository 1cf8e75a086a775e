import { confirmNoQueue } from '@redis-to-mongo/fleet-status';
import { type KeyOutcome, keysInMongo, namesInRedis, syncAllToEnd } from '@redis-to-mongo/operations';
import { shownKey } from '@redis-to-mongo/pipeline';
import { colored, counted, grouped } from '@redis-to-mongo/terminal';
import { type AllowNone, requireKeys } from '../allow-none.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { endInterrupted, INTERRUPTED, interruptedPart } from '../interruption.js';
import { noteRun } from '../open-audit.js';
import { chooseKeys, openLine } from '../open-line.js';
import type { Output } from '../output.js';
import { Progress } from '../progress.js';

export async function once(
  call: Call,
  pattern: string | undefined,
  { concurrency, allowNone }: AllowNone & { readonly concurrency?: number | undefined },
): Promise<Ending> {
  const { out, clients, interruption } = call;

  const config = await clients.config();
  const atOnce = concurrency ?? config.worker.concurrency;
  const chosen = chooseKeys(config, pattern);
  const { line, slice } = await openLine(clients);
  const [source, db] = [await clients.redis(), await clients.db()];
  const there = await namesInRedis(source, chosen);
  await confirmNoQueue({ source, db }, there);
  const known = await keysInMongo(db, chosen);
  const names = [...new Set([...there, ...known])];
  requireKeys('once', pattern, { allowNone }, { keys: names.length, where: 'Redis or MongoDB' });
  const outcomes: KeyOutcome[] = [];
  const progress = new Progress(out, names.length, 'keys');
  const onSeen = (entries: number) => progress.addEntries(entries);
  const work = syncAllToEnd(line, names, slice, atOnce, onSeen, (outcome) => {
    outcomes.push(outcome);
    progress.addDone();
  });
  const isInterrupted = (await progress.until(work, interruption)) === INTERRUPTED;
  const done = [...outcomes].sort((a, b) => (a.key < b.key ? -1 : 1));
  if (out.isJson) out.json({ ...interruptedPart(isInterrupted, names.length), keys: done });
  else print(out, done);
  const isWell = outcomes.every(({ result, dead }) => result !== 'failed' && dead === 0);
  const left = `${grouped(done.length)} of ${counted(names.length, 'key')} done; run it again to continue`;
  const ending = isInterrupted ? endInterrupted(out, left) : isWell ? 'ok' : 'failed';
  await noteRun(call, 'once', pattern, keyCounts(done), isInterrupted);
  return ending;
}

function print(out: Output, outcomes: readonly KeyOutcome[]): void {
  const failed = outcomes.filter(({ error }) => error);
  if (failed.length > 0) {
    out.table(
      ['KEY', 'ERROR', 'MESSAGE'],
      failed.map(({ key, error }) => [shownKey(key), colored(error?.code ?? '', 'red'), error?.message]),
    );
    out.line();
  }
  const sum = (name: 'written' | 'alreadyThere' | 'dead' | 'gap') =>
    outcomes.reduce((total, each) => total + each[name], 0);
  const dead = sum('dead');
  out.line(keyCounts(outcomes));
  out.line(
    `entries: ${grouped(sum('written'))} written, ${grouped(sum('alreadyThere'))} already there, ` +
      `${counted(dead, 'dead letter')}, ${grouped(sum('gap'))} lost in gaps`,
  );
  if (dead > 0) out.line('see redis-to-mongo dead-letters list');
}

/** The number of keys, in total and by result: `34 keys: 31 synced, 3 unsupported`. */
function keyCounts(outcomes: readonly KeyOutcome[]): string {
  const count = (result: KeyOutcome['result']) => outcomes.filter((each) => each.result === result).length;
  const results = (['synced', 'unchanged', 'deleted', 'absent', 'unsupported', 'paused', 'failed'] as const)
    .map((result) => [result, count(result)] as const)
    .filter(([, keys]) => keys > 0)
    .map(([result, keys]) => `${grouped(keys)} ${result}`);
  return `${counted(outcomes.length, 'key')}${results.length > 0 ? `: ${results.join(', ')}` : ''}`;
}
