/** What the ACL refused to the user: the key, for any command; or the command, for any key. */
export type Refusal = 'NOPERM_KEY' | 'NOPERM';

/** Redis 7.0, then 7.2 and later; both also in scripts. */
const KEY = /access (a|one of the|at least one of the) keys?\b/i;
/** If the ACL refuses a command in a script, the error does not begin with NOPERM. */
const IN_SCRIPT = /^ERR (ACL failure in script|The user executing the script can't)/i;

/**
 * What the ACL refused, according to an error's message; `undefined` for other errors.
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
export function refusalOf(message: string): Refusal | undefined {
  if (!message.startsWith('NOPERM') && !IN_SCRIPT.test(message)) return undefined;
  return KEY.test(message) ? 'NOPERM_KEY' : 'NOPERM';
}

/**
 * Whether an error says that the server does not have this command, or that the user may not run it for any
 * key. A key that the user may not read is a different error: it says nothing about the command.
 */
export function isCommandRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /unknown command/i.test(error.message) || refusalOf(error.message) === 'NOPERM';
}

/** Whether an error says that the user may not read this key. */
export function isKeyRefused(error: unknown): boolean {
  return error instanceof Error && refusalOf(error.message) === 'NOPERM_KEY';
}
