import { readKey } from '@redis-to-mongo/mongo-sink';
import {
  type AuditedAction,
  isOfOneKey,
  migrateKey,
  openRequests,
  restartKey,
  syncToEnd,
} from '@redis-to-mongo/operations';
import { asSyncError, canonicalKeyId, forEachAtOnce, shownKey } from '@redis-to-mongo/pipeline';
import { counted, grouped } from '@redis-to-mongo/terminal';
import { activeKeys } from '../active-keys.js';
import type { AllowNone } from '../allow-none.js';
import { CliError, unknownKey } from '../cli-error.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { INTERRUPTED } from '../interruption.js';
import { audited, openAudit } from '../open-audit.js';
import { openLine } from '../open-line.js';
import { Progress } from '../progress.js';
import { tryRequests } from '../try-requests.js';

interface ResyncOptions extends AllowNone {
  readonly yes?: boolean | undefined;
  readonly inPlace?: boolean | undefined;
  readonly here?: boolean | undefined;
}

export async function resync(
  call: Call,
  name: string,
  { yes, inPlace, allowNone, here }: ResyncOptions,
): Promise<Ending> {
  const { out, clients } = call;
  const key = canonicalKeyId(name);
  const mayBePattern = /[*?[\\]/.test(name);
  if (!yes)
    throw new CliError(
      'CLI_REFUSED',
      mayBePattern || inPlace
        ? `resync ${shownKey(name)}: this migrates the documents that do not match their current rule: add --yes to confirm`
        : `resync ${shownKey(key)}: this begins its next incarnation, and reads and writes all of it again: add --yes to confirm; or --in-place --yes to migrate only documents that do not match their current rule`,
    );
  const isPattern = mayBePattern && !(await readKey(await clients.db(), key));
  if (isPattern || inPlace)
    return await migrateKeys(call, name, isPattern ? { filter: name } : { key }, { allowNone });
  // Opened before anything is changed: without a queue, no worker could be asked to read the key.
  const request = here ? await tryRequests(clients) : await openRequests(await clients.queue());
  const { line, slice } = await openLine(clients);
  const audit = await openAudit(call);
  const restarted = await audited(
    audit,
    { action: 'resync', key },
    async () => await restartKey(line, await clients.db(), key, request),
    (done) => (done ? `incarnation ${done.state.incarnation} has begun` : 'unknown'),
  ).finally(() => audit.flush());
  if (!restarted && allowNone) {
    if (out.isJson) out.json({ key, incarnation: null });
    else out.line(`MongoDB does not know of ${shownKey(key)}`);
    return 'ok';
  }
  if (!restarted) throw unknownKey(key);
  const { incarnation, pausedAt } = restarted.state;
  if (pausedAt) out.note('it is paused, and will be read after resume');
  if (!here) {
    const workers = restarted.isNew ? restarted.asked : 0;
    if (out.isJson) out.json({ key, incarnation, workers });
    else out.line(`incarnation ${incarnation} of ${shownKey(key)} has started; the fleet will read it`);
    if (workers === 0) out.note('no worker is connected: the job waits for one');
    return 'ok';
  }
  const outcome = await syncToEnd(line, key, slice, () => {});
  if (out.isJson) out.json({ ...outcome, incarnation });
  else
    out.line(
      `incarnation ${incarnation} of ${shownKey(key)}: ${outcome.error?.message ?? `${outcome.result}, ${counted(outcome.seen, 'entry', 'entries')}`}`,
    );
  return outcome.result === 'failed' || outcome.dead > 0 ? 'failed' : 'ok';
}

/** Keys migrated at once. */
const AT_ONCE = 8;

/** Migrates the keys of a pattern whose documents do not match their current rule. */
async function migrateKeys(
  call: Call,
  pattern: string,
  about: Pick<AuditedAction, 'key' | 'filter'>,
  options: AllowNone,
): Promise<Ending> {
  const { out, clients, interruption } = call;
  const db = await clients.db();
  const keys = await activeKeys(db, 'resync', pattern, options);
  const { line, slice } = await openLine(clients);
  const audit = await openAudit(call);
  const counts = { 'in place': 0, 'taken over': 0, left: 0, paused: 0, gone: 0, documents: 0 };
  const left: string[] = [];
  const errors = new Map<string, string>();
  /** A key that fails is left, and does not end the migration of the others. */
  const leftIfOfKey = (error: unknown) => {
    if (!isOfOneKey(error)) throw error;
    const { code, message } = asSyncError(error);
    errors.set(code, message);
    return { result: 'left', documents: 0 } as const;
  };
  const progress = new Progress(out, keys.length, 'keys');
  const work = forEachAtOnce(keys, AT_ONCE, async (key) => {
    const { result, documents } = await migrateKey(line, db, key, slice).catch(leftIfOfKey);
    counts[result]++;
    counts.documents += documents;
    if (result === 'left') left.push(key);
    progress.addDone();
  });
  const end = await audited(
    audit,
    { action: 'resync', ...about },
    () => progress.until(work, interruption),
    () => `${counted(counts['taken over'], 'key')} taken over`,
  ).finally(() => audit.flush());
  const isInterrupted = end === INTERRUPTED;
  left.sort();
  if (out.isJson) out.json({ ...(isInterrupted ? { interrupted: true } : {}), ...counts, leftKeys: left });
  else {
    out.line(
      `${counted(counts['taken over'], 'key')} taken over, ${counted(counts.documents, 'document')}; ${grouped(counts['in place'])} are as they should be`,
    );
    if (counts.paused > 0)
      out.note(`${counted(counts.paused, 'key')} paused: run resume, then this command again`);
    for (const key of left)
      out.note(
        `${shownKey(key)} was not migrated: see dead-letters list, or try again if the key was changing`,
      );
    for (const [code, message] of errors) out.note(`${code}: ${message}`);
  }
  if (isInterrupted) return 'interrupted';
  return left.length > 0 ? 'failed' : 'ok';
}
