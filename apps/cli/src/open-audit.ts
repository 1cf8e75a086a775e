import { hostname, userInfo } from 'node:os';
import { AuditBook } from '@redis-to-mongo/operations';
import type { Call } from './command.js';

/** Where it is kept what this command does, and who called it. What can't be kept is told, and the command goes on. */
export async function openAudit({ clients, out }: Pick<Call, 'clients' | 'out'>): Promise<AuditBook> {
  const { auditKeepMs } = (await clients.config()).records;
  const operator = { who: userName(), by: 'command', from: hostname() } as const;
  return new AuditBook(await clients.db(), operator, auditKeepMs, (error) =>
    out.note(
      `it could not be kept in MongoDB who did this: ${error instanceof Error ? error.message : String(error)}`,
    ),
  );
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
