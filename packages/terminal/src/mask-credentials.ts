/** Maximum characters of a text in a log line. */
const MAX_TEXT = 4096;

/**
 * The user part of anything that looks like a URI; greedy, since a mistyped password may itself contain / or
 * @.
 */
const USER_INFO = /([a-z][a-z0-9+.-]{0,30}:\/\/)(?!\[user:password@\])([^\s"'`<>]*)@/gi;
const SECRET_PARAMETER = /([?&][^=&\s]*(?:password|pwd|secret|token|mechanismProperties)=)[^&\s"']*/gi;

/**
 * Hides the credentials of every URI in the text: `redis://me:secret@host` becomes `redis://me:***@host`, and
 * a user part without a colon becomes `***`. The placeholder in our own hints,
 * `redis://[user:password@]host`, stays. Cuts the text to 4096 characters.
 */
export function maskCredentials(text: string): string {
  if (!text.includes('://')) return cut(text);
  // Twice the length, because the end of a URI at the cut must be seen here; otherwise its password would
  // stay.
  const masked = text
    .slice(0, 2 * MAX_TEXT)
    .replace(USER_INFO, (_all, scheme: string, user: string) => `${scheme}${userOnly(user)}***@`)
    .replace(SECRET_PARAMETER, '$1***');
  return cut(masked);
}

function userOnly(userInfo: string): string {
  const colon = userInfo.indexOf(':');
  return colon === -1 ? '' : `${userInfo.slice(0, colon)}:`;
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
