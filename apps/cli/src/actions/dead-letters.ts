import {
  allLetters,
  countLetters,
  dropDeadLetter,
  findDeadLetters,
  refusalName,
  replayDeadLetter,
  showDeadLetter,
} from '@redis-to-mongo/mongo-sink';
import { isOfOneKey, openRequests } from '@redis-to-mongo/operations';
import { grouped } from '@redis-to-mongo/terminal';
import { CliError } from '../cli-error.js';
import type { Database } from '../clients.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { failure } from '../failure.js';
import { endInterrupted, INTERRUPTED, interruptedPart } from '../interruption.js';
import { filterText, type LetterOptions, letterFilter } from '../letter-filter.js';
import { audited, openAudit } from '../open-audit.js';
import { Progress } from '../progress.js';
import { stamp } from '../times.js';

export async function listLetters(
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
      ['ID', 'COLLECTION', '>BYTES', 'REASON', 'AT'],
      letters.map(({ id, collection, bytes, code, reason, at }) =>
        collection === '' ? [id, reason, '', '', ''] : [id, collection, bytes, refusalName(code), stamp(at)],
      ),
    );
  if (total > letters.length)
    out.note(`${grouped(letters.length)} of ${grouped(total)}: raise --limit to see more`);
  return 'ok';
}

export async function showLetter({ out, clients }: Call, id: string): Promise<Ending> {
  const found = await showDeadLetter(await clients.db(), id);
  if (!found)
    throw new CliError(
      'CLI_NOT_FOUND',
      `there is no dead letter ${id}: run dead-letters list to see the ids`,
    );
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
    ['code', refusalName(code)],
    ['reason', reason],
    ['bytes', bytes],
  ]);
  out.heading(kind === 'entry' ? 'content' : kind);
  out.json(kind === 'entry' ? found.record.content : found.record);
  return 'ok';
}

/** The selected letters: the named one, or with `all` those that match the pattern and the filter. */
interface Chosen extends LetterOptions {
  readonly all?: boolean | undefined;
  /** Confirms an action that deletes permanently. */
  readonly yes?: boolean | undefined;
}

export async function replayLetters(call: Call, id: string | undefined, options: Chosen): Promise<Ending> {
  return await forEach(call, 'replay', id, options, async (db, id) => {
    const done = await replayDeadLetter(db, id, async () => openRequests(await call.clients.queue()));
    return { ok: ['written', 'already there', 'requested'].includes(done.result), ...done };
  });
}

export async function dropLetters(call: Call, id: string | undefined, options: Chosen): Promise<Ending> {
  return await forEach(call, 'drop', id, options, async (db, id) => {
    const ok = await dropDeadLetter(db, id);
    return { ok, result: ok ? 'dropped' : 'absent' };
  });
}

interface Done {
  readonly ok: boolean;
  readonly result: string;
  readonly code?: number;
}

/** Runs an action on the named letter or, with --all, on each selected letter. */
async function forEach(
  call: Call,
  action: 'replay' | 'drop',
  named: string | undefined,
  options: Chosen,
  run: (db: Database, id: string) => Promise<Done>,
): Promise<Ending> {
  const { out, clients, interruption } = call;
  const { all: isAll = false, yes = action === 'replay' } = options;
  if (!isAll && named === undefined)
    throw new CliError('CLI_USAGE', `dead-letters ${action}: add an id, or --all`);
  if (!yes)
    throw new CliError(
      'CLI_REFUSED',
      'dead-letters drop: this deletes the records for good: add --yes to confirm',
    );
  const db = await clients.db();
  const filter = letterFilter(options, named);
  const total = isAll ? await countLetters(db, filter, Number.MAX_SAFE_INTEGER) : 1;
  const audit = await openAudit(call);
  const progress = new Progress(out, total, 'dead letters');
  const results: (Done & { id: string })[] = [];
  const one = async (letter: string) => {
    const key = letter.includes('@') ? letter.slice(0, letter.lastIndexOf('@')) : undefined;
    const about = { action, key, filter: isAll ? filterText(options, named) : undefined };
    const done = await audited(
      audit,
      about,
      () => run(db, letter),
      ({ result }) => `${letter}: ${result}`,
    ).catch((error: unknown) => {
      if (!isAll || !isOfOneKey(error)) throw error;
      return { ok: false, result: failure(error) };
    });
    results.push({ id: letter, ...done });
    progress.addDone();
  };
  const work = async () => {
    if (!isAll) return await one(named ?? '');
    for await (const letter of allLetters(db, filter)) {
      if (interruption.signal) return;
      await one(letter.id);
    }
  };
  const end = await progress.until(work(), interruption).finally(() => audit.flush());
  const isInterrupted = end === INTERRUPTED;
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
