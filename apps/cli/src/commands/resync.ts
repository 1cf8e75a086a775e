import { keyNames, readKey } from '@redis-to-mongo/mongo-sink';
import { migrateKey, requestKeys, restartKey, syncToEnd } from '@redis-to-mongo/operations';
import { canonicalKeyId, forEachAtOnce, namePattern, shownKey } from '@redis-to-mongo/pipeline';
import { counted, grouped } from '@redis-to-mongo/terminal';
import { ALLOW_NONE, requireKeys } from '../allow-none.js';
import { audited } from '../audited.js';
import { CliError } from '../cli-error.js';
import type { Call, Declare } from '../command.js';
import { examples } from '../examples.js';
import type { Ending } from '../exit-codes.js';
import { INTERRUPTED } from '../interruption.js';
import { openAudit } from '../open-audit.js';
import { openLine } from '../open-line.js';

export const resync: Declare = (command, call) =>
  command
    .description(
      'Begins the key’s next incarnation: it is read from the start once more. A stream’s messages of earlier incarnations stay, so every ' +
        'entry that Redis still holds is there once for each incarnation; a value is empty until it is read again. ' +
        'With a pattern, keys whose documents are not as their rule would make them now are taken over, in place: within their ' +
        'present incarnation, without a moment in which a document is missing, by this process. --in-place does so for one key. Fields that ' +
        'a rule left out of messages stay away: MongoDB does not have them. To put back what ' +
        'is missing without a new incarnation, use verify --repair. The fleet does the reading; with --here this process does. ' +
        'Exit code 1 when MongoDB does not know of the key, without --allow-none.',
    )
    .argument('<KEY>', 'a key, or a pattern of keys to take over')
    .option('--yes', 'yes, begin a new incarnation, or take over')
    .option('--in-place', 'take one key over, as a pattern does')
    .addOption(ALLOW_NONE)
    .option('--here', 'sync it in this process, and wait for it')
    .addHelpText(
      'after',
      examples(
        ['resync orders --yes', 'orders from its start, by the fleet'],
        ['resync orders --yes --here', 'the same without a fleet'],
        ["resync 'user:*' --yes", 'documents of users as the rules of today make them'],
      ),
    )
    .action(
      call.ends(async (name, { yes, inPlace, allowNone, here }) => {
        const { out, clients } = call;
        const key = canonicalKeyId(name);
        if (!yes)
          throw new CliError(
            'CLI_REFUSED',
            `resync ${shownKey(key)}: all of it is read and written again: add --yes if you mean it`,
          );
        const isPattern = /[*?[\\]/.test(name) && !(await readKey(await clients.db(), key));
        if (isPattern || inPlace) return await migrateKeys(call, name, { allowNone });
        // Before anything is changed: else nobody would be asked to read it.
        const queue = here ? undefined : await clients.queue();
        const { line, slice } = await openLine(clients);
        const audit = await openAudit(call);
        const restarted = await audited(
          audit,
          { action: 'resync', key },
          async () => await restartKey(line, await clients.db(), key),
          (done) => (done ? `incarnation ${done.state.incarnation} has begun` : 'unknown'),
        ).finally(() => audit.flush());
        if (!restarted && allowNone) {
          if (out.isJson) out.json({ key, incarnation: null });
          else out.line(`MongoDB does not know of ${shownKey(key)}`);
          return 'ok';
        }
        if (!restarted)
          throw new CliError(
            'CLI_NOT_FOUND',
            `MongoDB does not know of ${shownKey(key)}: keys shows those that it knows`,
          );
        const { incarnation, pausedAt } = restarted.state;
        if (pausedAt) out.note('it is paused: it is read once it is resumed');
        if (queue) {
          const workers = await requestKeys(queue, [key]);
          if (out.isJson) out.json({ key, incarnation, workers });
          else
            out.line(
              `incarnation ${incarnation} of ${shownKey(key)} has begun; the fleet is asked to read it`,
            );
          if (workers === 0) out.note('no worker is connected: the job waits until one is');
          return 'ok';
        }
        const outcome = await syncToEnd(line, key, slice, () => {});
        if (out.isJson) out.json({ ...outcome, incarnation });
        else
          out.line(
            `incarnation ${incarnation} of ${shownKey(key)}: ${outcome.error?.message ?? `${outcome.result}, ${counted(outcome.seen, 'entry', 'entries')}`}`,
          );
        return outcome.result === 'failed' || outcome.dead > 0 ? 'failed' : 'ok';
      }),
    );

/** Keys taken over at once. */
const AT_ONCE = 8;

/** Takes over the keys of a pattern whose documents are not as their rule would make them now. */
async function migrateKeys(
  call: Call,
  pattern: string,
  options: { readonly allowNone: true | undefined },
): Promise<Ending> {
  const { out, clients, interruption } = call;
  const db = await clients.db();
  const keys = await keyNames(db, { name: namePattern(pattern), condition: 'active' });
  requireKeys('resync', pattern, options, { keys: keys.length, where: 'MongoDB has' });
  const { line, slice } = await openLine(clients);
  const audit = await openAudit(call);
  const counts = { 'in place': 0, 'taken over': 0, left: 0, paused: 0, gone: 0, documents: 0 };
  const left: string[] = [];
  const work = forEachAtOnce(keys, AT_ONCE, async (key) => {
    const { result, documents } = await migrateKey(line, db, key, slice);
    counts[result]++;
    counts.documents += documents;
    if (result === 'left') left.push(key);
  });
  const run = async () => await interruption.until(work);
  const end = await audited(
    audit,
    { action: 'resync', key: pattern },
    run,
    () => `${counts['taken over']} keys taken over`,
  ).finally(() => audit.flush());
  const isInterrupted = end === INTERRUPTED;
  if (out.isJson) out.json({ ...(isInterrupted ? { interrupted: true } : {}), ...counts, leftKeys: left });
  else {
    out.line(
      `${counted(counts['taken over'], 'key')} taken over, ${counted(counts.documents, 'document')}; ${grouped(counts['in place'])} are as they should be`,
    );
    if (counts.paused > 0) out.note(`${counted(counts.paused, 'key')} rest: resume, then again`);
    for (const key of left.sort())
      out.note(`${shownKey(key)} stays as it was: see dead-letters list, or try again where it changes`);
  }
  if (isInterrupted) return 'interrupted';
  return left.length > 0 ? 'failed' : 'ok';
}
