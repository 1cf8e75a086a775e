import { hostname, userInfo } from 'node:os';
import { AuditBook, type AuditedAction } from '@redis-to-mongo/operations';
import type { AuditAction } from '@redis-to-mongo/pipeline';
import type { Call } from './command.js';

/** Opens the audit for this command and its user. If an entry cannot be written, this is reported, and the command continues. */
export async function openAudit({ clients, out }: Pick<Call, 'clients' | 'out'>): Promise<AuditBook> {
  const { auditKeepMs } = (await clients.config()).records;
  const operator = { who: userName(), by: 'command', from: hostname() } as const;
  return new AuditBook(await clients.db(), operator, auditKeepMs, (error) =>
    out.note(
      `this action could not be recorded in the audit: ${error instanceof Error ? error.message : String(error)}`,
    ),
  );
}

/** Records in the audit what a command did. */
export async function noteActions(
  call: Pick<Call, 'clients' | 'out'>,
  actions: readonly AuditedAction[],
): Promise<void> {
  const audit = await openAudit(call);
  for (const action of actions) await audit.note(action);
  await audit.flush();
}

/**
 * Records in the audit what a command did to many keys, in one entry instead of one per key. Runs after the command has printed
 * its result, because MongoDB may not answer.
 */
export async function noteRun(
  call: Pick<Call, 'clients' | 'out'>,
  action: AuditAction,
  filter: string | undefined,
  result: string,
  isInterrupted: boolean,
): Promise<void> {
  await noteActions(call, [{ action, filter, result: result + (isInterrupted ? ', then interrupted' : '') }]);
}

/** Runs an action and records its result in the audit. @throws what the action throws. */
export async function audited<Result>(
  audit: AuditBook,
  about: Omit<AuditedAction, 'result' | 'error'>,
  run: () => Promise<Result>,
  resultOf: (result: Result) => string,
): Promise<Result> {
  try {
    const result = await run();
    await audit.note({ ...about, result: resultOf(result) });
    return result;
  } catch (error) {
    await audit.note({ ...about, result: 'failed', error });
    throw error;
  }
}

/** The user's name, or the user id: in a container, the id may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
