import type { AuditAction } from '@redis-to-mongo/pipeline';
import type { Call } from './command.js';
import { openAudit } from './open-audit.js';

/**
 * Records in the audit what a command did to many keys, in one entry instead of one per key. Runs after the command has printed
 * its result, because MongoDB may not answer.
 */
export async function noteRun(
  call: Pick<Call, 'clients' | 'out'>,
  action: AuditAction,
  pattern: string | undefined,
  result: string,
  isInterrupted: boolean,
): Promise<void> {
  const audit = await openAudit(call);
  const ending = isInterrupted ? ', then interrupted' : '';
  await audit.note({ action, filter: pattern, result: result + ending });
  await audit.flush();
}
