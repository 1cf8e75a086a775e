import { type KeyQuery, keyNames, readKey } from '@redis-to-mongo/mongo-sink';
import { isOfOneKey } from '@redis-to-mongo/operations';
import {
  type AuditAction,
  asSyncError,
  forEachAtOnce,
  inParts,
  namePattern,
  shownKey,
} from '@redis-to-mongo/pipeline';
import { colored, counted } from '@redis-to-mongo/terminal';
import type { Call } from './command.js';
import type { Ending } from './exit-codes.js';
import { failure } from './failure.js';
import { endInterrupted, INTERRUPTED, interruptedPart } from './interruption.js';
import { openAudit } from './open-audit.js';
import { Progress } from './progress.js';

const AT_ONCE = 20;
const UNKNOWN = 'unknown';

export interface KeysToChange {
  readonly patterns: readonly string[];
  /** The name of the action in the audit. */
  readonly action: AuditAction;
  /** A condition for keys that a pattern matches. A key given by its name needs no condition. */
  readonly condition?: KeyQuery['condition'];
  /** The message for a pattern that matches only keys without the condition, if that is a failure. */
  readonly onlyOthers?: string;
  readonly allowNone?: boolean | undefined;
  /** Maximum number of keys that the action is given at once; default 1. */
  readonly together?: number;
}

interface Changed {
  readonly done: string;
  readonly isRefused?: boolean;
  /** Why the key failed. The others go on. */
  readonly error?: unknown;
}

/**
 * Runs an action on the keys that match a pattern, and prints the result of each.
 * @param change the action; returns the results in the order of the keys.
 */
export async function changeKeys(
  call: Call,
  { patterns, action, condition, onlyOthers, allowNone = false, together = 1 }: KeysToChange,
  change: (keys: readonly string[]) => Promise<readonly Changed[]>,
): Promise<Ending> {
  const { out, clients, interruption } = call;
  const db = await clients.db();
  const audit = await openAudit(call);
  const names = new Map<string, string | undefined>();
  const done = new Map<string, string>();
  for (const pattern of patterns) {
    const name = namePattern(pattern);
    const found = await keyNames(db, { name, condition });
    // A named key that an earlier pattern matched counts as chosen by that pattern.
    for (const key of found)
      if (!names.has(key)) names.set(key, name.names.includes(key) ? undefined : pattern);
    if (found.length > 0) continue;
    // A key given by its name is changed whatever the condition.
    for (const key of name.names) if (await readKey(db, key)) names.set(key, undefined);
    if (name.names.some((key) => names.has(key))) continue;
    if (!condition || (await keyNames(db, { name })).length === 0) done.set(pattern, UNKNOWN);
    else if (onlyOthers !== undefined) done.set(pattern, onlyOthers);
  }
  const progress = new Progress(out, names.size, 'keys');
  const errors = new Map<string, string>();
  let isRefused = false;
  const note = async (key: string, result: string, error?: unknown) =>
    await audit.note({ action, key, filter: names.get(key), result, error });
  const work = forEachAtOnce(inParts([...names.keys()], together), AT_ONCE, async (keys) => {
    const results = await change(keys).catch(async (error: unknown) => {
      if (isOfOneKey(error)) return keys.map(() => failed(error));
      for (const key of keys) await note(key, 'failed', error);
      throw error;
    });
    for (const [i, result] of results.entries()) {
      const key = keys[i] ?? '';
      await note(key, result.done, result.error);
      if (result.error) errors.set(result.done, asSyncError(result.error).message);
      done.set(key, result.done);
      isRefused ||= result.isRefused === true;
      progress.addDone();
    }
  });
  const end = await progress.until(work, interruption).finally(() => audit.flush());
  const isInterrupted = end === INTERRUPTED;
  const results = [...done].map(([key, what]) => ({ key, done: what }));
  results.sort((a, b) => (a.key < b.key ? -1 : 1));
  if (out.isJson) out.json({ ...interruptedPart(isInterrupted, names.size), keys: results });
  else
    out.table(
      ['KEY', 'RESULT'],
      results.map(({ key, done: what }) => [
        shownKey(key),
        what === UNKNOWN ? colored('MongoDB knows of no such key', 'red') : what,
      ]),
    );
  for (const [what, message] of errors) out.note(`${what}: ${message}`);
  if (isInterrupted) return endInterrupted(out, `${done.size} of ${counted(names.size, 'key')} done`);
  const isLacking = results.some(({ done: what }) => what === UNKNOWN || what === onlyOthers);
  return isRefused || (isLacking && !allowNone) ? 'failed' : 'ok';
}

function failed(error: unknown): Changed {
  return { done: failure(error), isRefused: true, error };
}
