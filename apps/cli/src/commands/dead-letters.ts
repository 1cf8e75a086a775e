import { audited } from '../audited.js';
import { CliError } from '../cli-error.js';
import type { Call, Command } from '../command.js';
import { didYouMean } from '../did-you-mean.js';
import type { Ending } from '../exit-codes.js';
import { endInterrupted, interruptedPart } from '../interrupted-output.js';
import { INTERRUPTED } from '../interruption.js';
import { LETTER_FILTER, letterFilter } from '../letter-filter.js';
import { openAudit } from '../open-audit.js';
import { grouped } from '../table.js';
import { stamp } from '../times.js';

const ACTIONS = { list, show, replay, drop } as const;

export const deadLetters: Command = {
  name: 'dead-letters',
  forms: [
    'list [PATTERN] [FILTER] [--limit N]',
    'show ID',
    'replay ID | --all [PATTERN] [FILTER]',
    'drop ID | --all [PATTERN] [FILTER] --yes',
  ],
  about:
    'Records that MongoDB refused are kept whole: entries, values, and members of large values. list: which, and why.\n' +
    'show: one with its record. replay: writes entries once more, and has the keys of values read anew, where the reason is\n' +
    'mended (a validator, an index); what is refused again stays.\n' +
    'drop: gives them up for good. PATTERN is one of the keys that they came from; FILTER is any of --collection, --code,\n' +
    '--since and --until. Exit code 1 when a replay is refused, or an id is not there.',
  args: { min: 1, max: 2 },
  actions: Object.keys(ACTIONS),
  options: {
    all: { doc: 'replay, drop: all of them, or all that PATTERN and FILTER take' },
    ...LETTER_FILTER,
    yes: { doc: 'drop: yes, for good' },
    limit: { value: 'N', doc: 'list: at most so many, the newest first; default 50' },
  },
  examples: [
    ["dead-letters list 'orders*'", 'the refused entries of some streams'],
    ['dead-letters show orders@a1:m1700000000000-a0', 'one of them, whole'],
    [
      'dead-letters list --collection stream_messages --code 121 --since 2h',
      'what a validator refused lately',
    ],
    ['dead-letters replay --all', 'all of them once more'],
    ["dead-letters drop --all 'test:*' --yes", 'those of some keys go'],
  ],
  async run(call) {
    const [action = '', ...args] = call.args;
    const run = Object.entries(ACTIONS).find(([name]) => name === action)?.[1];
    if (!run)
      throw new CliError(
        'CLI_USAGE',
        `dead-letters ${action}: ${didYouMean(action, Object.keys(ACTIONS))}write list, show, replay or drop behind dead-letters`,
      );
    return await run({ ...call, args });
  },
};

async function list({ args: [pattern], options, out, servers }: Call): Promise<Ending> {
  const { findDeadLetters } = await import('@redis-to-mongo/mongo-sink');
  const { letters, total } = await findDeadLetters(await servers.db(), {
    ...(await letterFilter(options, pattern)),
    limit: options.whole('limit', 50, { min: 1, max: 1_000_000 }),
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

async function show({ args: [id], out, servers }: Call): Promise<Ending> {
  if (id === undefined)
    throw new CliError('CLI_USAGE', 'dead-letters show: write the id of a letter behind it');
  const { showDeadLetter } = await import('@redis-to-mongo/mongo-sink');
  const found = await showDeadLetter(await servers.db(), id);
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

async function replay(call: Call): Promise<Ending> {
  const { replayDeadLetter } = await import('@redis-to-mongo/mongo-sink');
  const db = await call.servers.db();
  return await forEach(call, 'replay', async (id) => {
    const done = await replayDeadLetter(db, id);
    return { ok: ['written', 'already there', 'read anew'].includes(done.result), ...done };
  });
}

async function drop(call: Call): Promise<Ending> {
  if (!call.options.flag('yes'))
    throw new CliError(
      'CLI_REFUSED',
      'dead-letters drop: what is dropped is lost for good: add --yes if you mean it',
    );
  const { dropDeadLetter } = await import('@redis-to-mongo/mongo-sink');
  const db = await call.servers.db();
  return await forEach(call, 'drop', async (id) => {
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
  run: (id: string) => Promise<Done>,
): Promise<Ending> {
  const { args, options, out, servers, interruption } = call;
  const isAll = options.flag('all');
  if (!isAll && args[0] === undefined)
    throw new CliError('CLI_USAGE', `dead-letters ${action}: write an id behind it, or --all`);
  const { allLetters, countLetters } = await import('@redis-to-mongo/mongo-sink');
  const db = await servers.db();
  const [id = ''] = args;
  const filter = await letterFilter(options, args[0]);
  const total = isAll ? await countLetters(db, filter, Number.MAX_SAFE_INTEGER) : 1;
  const audit = await openAudit(call);
  const results: (Done & { id: string })[] = [];
  const one = async (letter: string) => {
    const key = letter.includes('@') ? letter.slice(0, letter.lastIndexOf('@')) : undefined;
    const deed = { action, key, filter: isAll ? filterText(call) : undefined };
    const done = await audited(
      audit,
      deed,
      () => run(letter),
      ({ result }) => `${letter}: ${result}`,
    );
    results.push({ id: letter, ...done });
  };
  const work = async () => {
    if (!isAll) return await one(id);
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

/** The filter as it is kept with what was done. */
function filterText({ args: [pattern], options }: Call): string {
  const given = Object.keys(LETTER_FILTER).flatMap((name) => {
    const value = options.text(name);
    return value === undefined ? [] : [`--${name} ${value}`];
  });
  return [...(pattern === undefined ? [] : [pattern]), ...given].join(' ') || 'all';
}
