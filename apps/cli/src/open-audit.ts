import { hostname, userInfo } from 'node:os';
import { AuditBook } from '@redis-to-mongo/operations';
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

/** In a container, the user id may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
