import { keyNames } from '@redis-to-mongo/mongo-sink';
import { forEachAtOnce, namePattern, shownKey } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';
import { colored, counted, grouped } from '@redis-to-mongo/terminal';
import { ALLOW_NONE, requireKeys } from '../allow-none.js';
import { CliError } from '../cli-error.js';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';
import { endInterrupted, interruptedPart } from '../interrupted-output.js';
import { INTERRUPTED } from '../interruption.js';
import { noteRun } from '../note-run.js';
import type { Output } from '../output.js';
import { Progress } from '../progress.js';
import { type Restored, restoreKey } from '../restore/restore-key.js';

/** Keys written at once. */
const AT_ONCE = 8;

export const restore: Declare = (command, call) => {
  const { out, clients, interruption, ends } = call;
  return command
    .description(
      'Writes the mirror back to a Redis server: streams with their original ids and last id, including dead letters, and ' +
        'values of all types, each with its expiry time. It writes what MongoDB has of each key’s current incarnation, so entries ' +
        'that the source has trimmed come back too. Deleted keys and consumer groups are not restored: the latter ' +
        'are not mirrored. Fields that a rule renamed or parsed come back unchanged. Fields that a rule left out cannot come back: the ' +
        'key fails, unless --partial is given. It reads only MongoDB; the source is not needed. ' +
        'Exit code 1 if a key failed, already exists in the target (it is not changed), or none was found, without ' +
        '--allow-none.',
    )
    .argument('<PATTERN>')
    .requiredOption('--to <URL>', 'the Redis to write to: redis:// or rediss://')
    .addOption(ALLOW_NONE)
    .option('--replace', 'replace keys that exist in the target')
    .option('--partial', 'restore keys without the fields that a rule left out, instead of failing')
    .addHelpText(
      'after',
      examples(
        ["restore '*' --to redis://127.0.0.1:6380", 'all keys, to an empty Redis'],
        [
          "restore 'orders*' --to rediss://:password@spare:6379/1 --replace",
          'some keys, replacing existing ones',
        ],
      ),
    )
    .action(
      ends(async (pattern, { to, allowNone, replace: isReplaced = false, partial: isPartial = false }) => {
        const db = await clients.db();
        const target = await clients.connect(
          { url: addressOf(to), host: '', port: 0, db: 0, tls: TLS },
          'to',
        );
        await target.ping().catch((error: unknown) => {
          throw redisError(error, 'to');
        });
        const name = namePattern(pattern);
        const keys = await keyNames(db, { name, condition: 'active' });
        requireKeys('restore', pattern, { allowNone }, { keys: keys.length, where: 'MongoDB has' });
        const progress = new Progress(out, keys.length, 'keys');
        const results: Restored[] = [];
        const work = forEachAtOnce(keys, AT_ONCE, async (key) => {
          const restored = await restoreKey(target, db, key, {
            isReplaced,
            isPartial,
          });
          results.push(restored);
          progress.addEntries(restored.items);
          progress.addDone();
        });
        const isInterrupted = (await interruption.until(work).finally(() => progress.end())) === INTERRUPTED;
        const done = [...results].sort((a, b) => (a.key < b.key ? -1 : 1));
        if (out.isJson) out.json({ ...interruptedPart(isInterrupted, keys.length), keys: done });
        else print(out, done, keys.length);
        const isWell = results.every(({ result }) => result === 'restored');
        const left = `${grouped(keys.length - done.length)} keys are left; some of them may be partly written`;
        const ending = isInterrupted ? endInterrupted(out, left) : isWell ? 'ok' : 'failed';
        const result = `${restoredCount(done, keys.length)} to ${new URL(to).host}`;
        await noteRun(call, 'restore', pattern, result, isInterrupted);
        return ending;
      }),
    );
};

const TLS = { enabled: false, rejectUnauthorized: true };

/** Not a parser of the option: commander repeats the value of a wrong one, and this one may hold a password. */
function addressOf(url: string): string {
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
