/**
 * Whether an error says that the server does not know this command, or that the user may not run it, whatever the key.
 * A key that the user may not read is something else: it says nothing of the command.
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
export function isCommandRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /unknown command/i.test(error.message) || (isNoPermission(error) && !isKeyRefused(error));
}

/** Whether an error says that the user may not read this key. */
export function isKeyRefused(error: unknown): boolean {
  return isNoPermission(error) && /access (a|one of the) key/i.test(error.message);
}

function isNoPermission(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('NOPERM');
}
