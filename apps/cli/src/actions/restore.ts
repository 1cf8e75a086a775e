import { forEachAtOnce, inParts, shownKey } from '@redis-to-mongo/pipeline';
import { addressOfUrl, throwRedisError } from '@redis-to-mongo/redis-connection';
import { colored, counted, grouped } from '@redis-to-mongo/terminal';
import { activeKeys } from '../active-keys.js';
import type { AllowNone } from '../allow-none.js';
import { CliError } from '../cli-error.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { endInterrupted, INTERRUPTED, interruptedPart } from '../interruption.js';
import { noteRun } from '../open-audit.js';
import type { Output } from '../output.js';
import { Progress } from '../progress.js';
import { type Restored, restoreKey } from '../restore/restore-key.js';
import { restoreTogether } from '../restore/restore-together.js';

/** Keys in a group, whose small ones are read and written together. */
const GROUP = 500;
const GROUPS_AT_ONCE = 2;
/** Keys of a group that are written alone, at once. */
const ALONE_AT_ONCE = 4;

interface RestoreOptions extends AllowNone {
  readonly to: string;
  readonly replace?: boolean | undefined;
  readonly partial?: boolean | undefined;
}

export async function restore(
  call: Call,
  pattern: string,
  { to, allowNone, replace: isReplaced = false, partial: isPartial = false }: RestoreOptions,
): Promise<Ending> {
  const { out, clients, interruption } = call;

  const db = await clients.db();
  const target = await clients.connect(addressOfUrl(checkedUrl(to)), 'to');
  await target.ping().catch(throwRedisError('to'));
  const keys = await activeKeys(db, 'restore', pattern, { allowNone });
  const progress = new Progress(out, keys.length, 'keys');
  const results: Restored[] = [];
  const done = (restored: Restored) => {
    results.push(restored);
    progress.addEntries(restored.items);
    progress.addDone();
  };
  const options = { isReplaced, isPartial };
  const work = forEachAtOnce(inParts(keys, GROUP), GROUPS_AT_ONCE, async (group) => {
    const together = await restoreTogether(target, db, group, options);
    together.forEach(done);
    const names = new Set(together.map(({ key }) => key));
    const alone = group.filter((key) => !names.has(key));
    await forEachAtOnce(alone, ALONE_AT_ONCE, async (key) =>
      done(await restoreKey(target, db, key, options)),
    );
  });
  const isInterrupted = (await progress.until(work, interruption)) === INTERRUPTED;
  const sorted = [...results].sort((a, b) => (a.key < b.key ? -1 : 1));
  if (out.isJson) out.json({ ...interruptedPart(isInterrupted, keys.length), keys: sorted });
  else print(out, sorted, keys.length);
  const isWell = results.every(({ result }) => result === 'restored');
  const left = `${grouped(keys.length - sorted.length)} keys are left`;
  const ending = isInterrupted ? endInterrupted(out, left) : isWell ? 'ok' : 'failed';
  const { host, pathname } = new URL(to);
  const result = `${restoredCount(sorted, keys.length)} to ${host}${pathname}`;
  await noteRun(call, 'restore', pattern, result, isInterrupted);
  return ending;
}

/** Not a parser of the option: commander's error would print the wrong value, which may contain a password. */
function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return url;
  throw new CliError(
    'CLI_USAGE',
    'restore: write --to redis://[user:password@]host:port[/db], or rediss:// for TLS',
  );
}

function print(out: Output, results: readonly Restored[], of: number): void {
  const left = results.filter(({ result }) => result !== 'restored');
  if (left.length > 0) {
    out.table(
      ['KEY', 'TYPE', 'RESULT', 'ERROR', 'MESSAGE'],
      left.map(({ key, keyType, result, error }) => [
        shownKey(key),
        keyType,
        colored(result, 'red'),
        error?.code,
        error?.message ?? 'add --replace to overwrite it',
      ]),
    );
    out.line();
  }
  const items = results.reduce((sum, each) => sum + each.items, 0);
  out.line(`${restoredCount(results, of)}, ${grouped(items)} entries and items`);
}

function restoredCount(results: readonly Restored[], of: number): string {
  const restored = results.filter(({ result }) => result === 'restored').length;
  return `${grouped(restored)} of ${counted(of, 'key')} restored`;
}
