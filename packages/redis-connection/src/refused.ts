/** What the ACL refused: the key, for this user whatever the command; or the command, whatever the key. */
export type Refusal = 'NOPERM_KEY' | 'NOPERM';

/** Redis 7.0, 7.2 and later; both in a script, too. */
const KEY = /access (a|one of the|at least one of the) keys?\b/i;
/** A command that the ACL refuses within a script is no NOPERM. */
const IN_SCRIPT = /^ERR (ACL failure in script|The user executing the script can't)/i;

/**
 * What an error's message says that the ACL refused; `undefined` where it is no such error.
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
export function refusalOf(message: string): Refusal | undefined {
  if (!message.startsWith('NOPERM') && !IN_SCRIPT.test(message)) return undefined;
  return KEY.test(message) ? 'NOPERM_KEY' : 'NOPERM';
}

/**
 * Whether an error says that the server does not know this command, or that the user may not run it, whatever the key.
 * A key that the user may not read is something else: it says nothing of the command.
 */
export function isCommandRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /unknown command/i.test(error.message) || refusalOf(error.message) === 'NOPERM';
}

/** Whether an error says that the user may not read this key. */
export function isKeyRefused(error: unknown): boolean {
  return error instanceof Error && refusalOf(error.message) === 'NOPERM_KEY';
}
