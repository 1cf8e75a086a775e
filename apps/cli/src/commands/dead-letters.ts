import {
  allLetters,
  countLetters,
  dropDeadLetter,
  findDeadLetters,
  replayDeadLetter,
  showDeadLetter,
} from '@redis-to-mongo/mongo-sink';
import { grouped } from '@redis-to-mongo/terminal';
import { audited } from '../audited.js';
import { CliError } from '../cli-error.js';
import type { Call, Declare } from '../command.js';
import { examples } from '../examples.js';
import type { Ending } from '../exit-codes.js';
import { endInterrupted, interruptedPart } from '../interrupted-output.js';
import { INTERRUPTED } from '../interruption.js';
import { filterText, type LetterOptions, letterFilter, withLetterFilter } from '../letter-filter.js';
import { openAudit } from '../open-audit.js';
import { stamp } from '../times.js';
import { wholeNumber } from '../whole-number.js';

export const deadLetters: Declare = (command, call) => {
  command
    .description(
      'Records that MongoDB refused are kept whole: entries, values, and members of large values. PATTERN is one of the ' +
        'keys that they came from. Exit code 1 when a replay is refused, or an id is not there.',
    )
    .addHelpText(
      'after',
      examples(
        ["dead-letters list 'orders*'", 'the refused entries of some streams'],
        ['dead-letters show orders@a1:m1700000000000-a0', 'one of them, whole'],
        [
          'dead-letters list --collection stream_messages --code 121 --since 2h',
          'what a validator refused lately',
        ],
        ['dead-letters replay --all', 'all of them once more'],
        ["dead-letters drop --all 'test:*' --yes", 'those of some keys go'],
      ),
    );
  withLetterFilter(command.command('list'))
    .summary('which were refused, and why')
    .description('Lists the records that MongoDB refused, the newest first.')
    .argument('[PATTERN]')
    .option('--limit <N>', 'at most so many', wholeNumber(1, 1_000_000), 50)
    .action(call.ends((pattern, options) => list(call, pattern, options)));
  command
    .command('show')
    .summary('one with its record')
    .description('Shows one with its record, whole.')
    .argument('<ID>')
    .action(call.ends((id) => show(call, id)));
  withLetterFilter(command.command('replay'))
    .summary('tries to write them once more')
    .description(
      'Writes entries once more, and has the keys of values read anew, where the reason is mended (a validator, an ' +
        'index). What is refused again stays.',
    )
    .argument('[ID]', 'with --all: a pattern of keys')
    .option('--all', 'all of them, or all that the pattern and the options take')
    .action(call.ends((id, options) => replay(call, id, options)));
  withLetterFilter(command.command('drop'))
    .summary('gives them up for good')
    .description('Gives records up for good.')
    .argument('[ID]', 'with --all: a pattern of keys')
    .option('--all', 'all of them, or all that the pattern and the options take')
    .option('--yes', 'yes, for good')
    .action(call.ends((id, options) => drop(call, id, options)));
};

async function list(
  { out, clients }: Call,
  pattern: string | undefined,
  options: LetterOptions & { readonly limit: number },
): Promise<Ending> {
  const { letters, total } = await findDeadLetters(await clients.db(), {
    ...letterFilter(options, pattern),
    limit: options.limit,
  });
  if (out.isJson) {
    out.json({ total, deadLetters: letters });
    return 'ok';
  }
  if (total === 0) out.line('no dead letters');
  else
    out.table(
      ['ID', 'COLLECTION', '>BYTES', '>CODE', 'AT'],
      letters.map(({ id, collection, bytes, code, at }) => [id, collection, bytes, String(code), stamp(at)]),
    );
  if (total > letters.length) out.note(`${grouped(letters.length)} of ${grouped(total)}: --limit shows more`);
  return 'ok';
}

async function show({ out, clients }: Call, id: string): Promise<Ending> {
  const found = await showDeadLetter(await clients.db(), id);
  if (!found)
    throw new CliError('CLI_NOT_FOUND', `there is no dead letter ${id}: dead-letters list shows them`);
  if (out.isJson) {
    out.json({ ...found.letter, record: found.record });
    return 'ok';
  }
  const { key, kind, entryId, collection, code, reason, bytes, at } = found.letter;
  out.facts([
    ['key', key],
    [kind, kind === 'entry' ? entryId : key],
    ['collection', collection],
    ['refused', stamp(at)],
    ['code', String(code)],
    ['reason', reason],
    ['bytes', bytes],
  ]);
  out.heading(kind === 'entry' ? 'content' : kind);
  out.line(JSON.stringify(kind === 'entry' ? found.record.content : found.record, undefined, 2));
  return 'ok';
}

/** Which letters: the one that is named, or with `all` those that pattern and filter take. */
type Chosen = LetterOptions & { readonly all?: true };

async function replay(call: Call, id: string | undefined, options: Chosen): Promise<Ending> {
  const db = await call.clients.db();
  return await forEach(call, 'replay', id, options, async (id) => {
    const done = await replayDeadLetter(db, id);
    return { ok: ['written', 'already there', 'read anew'].includes(done.result), ...done };
  });
}

async function drop(
  call: Call,
  id: string | undefined,
  options: Chosen & { readonly yes?: true },
): Promise<Ending> {
  if (!options.yes)
    throw new CliError(
      'CLI_REFUSED',
      'dead-letters drop: what is dropped is lost for good: add --yes if you mean it',
    );
  const db = await call.clients.db();
  return await forEach(call, 'drop', id, options, async (id) => {
    const ok = await dropDeadLetter(db, id);
    return { ok, result: ok ? 'dropped' : 'absent' };
  });
}

interface Done {
  readonly ok: boolean;
  readonly result: string;
  readonly code?: number;
}

/** Runs an action on the letter that was named, or with --all on each of those asked for. */
async function forEach(
  call: Call,
  action: 'replay' | 'drop',
  named: string | undefined,
  options: Chosen,
  run: (id: string) => Promise<Done>,
): Promise<Ending> {
  const { out, clients, interruption } = call;
  const { all: isAll = false } = options;
  if (!isAll && named === undefined)
    throw new CliError('CLI_USAGE', `dead-letters ${action}: write an id behind it, or --all`);
  const db = await clients.db();
  const filter = letterFilter(options, named);
  const total = isAll ? await countLetters(db, filter, Number.MAX_SAFE_INTEGER) : 1;
  const audit = await openAudit(call);
  const results: (Done & { id: string })[] = [];
  const one = async (letter: string) => {
    const key = letter.includes('@') ? letter.slice(0, letter.lastIndexOf('@')) : undefined;
    const deed = { action, key, filter: isAll ? filterText(options, named) : undefined };
    const done = await audited(
      audit,
      deed,
      () => run(letter),
      ({ result }) => `${letter}: ${result}`,
    );
    results.push({ id: letter, ...done });
  };
  const work = async () => {
    if (!isAll) return await one(named ?? '');
    for await (const letter of allLetters(db, filter)) {
      if (interruption.signal) return;
      await one(letter.id);
    }
  };
  const isInterrupted = (await interruption.until(work()).finally(() => audit.flush())) === INTERRUPTED;
  if (out.isJson) out.json({ ...interruptedPart(isInterrupted, total), deadLetters: results });
  else if (results.length === 0) out.line('no dead letters');
  else
    out.table(
      ['ID', 'RESULT', '>CODE'],
      results.map(({ id, result, code }) => [id, result, code === undefined ? '' : String(code)]),
    );
  if (isInterrupted) return endInterrupted(out, `${results.length} of ${total} done`);
  return results.every(({ ok }) => ok) ? 'ok' : 'failed';
}
