import { randomBytes } from 'node:crypto';
import { Account } from './account.js';
import { hashPassword, parseHash } from './scrypt-hash.js';

export interface AccountSettings {
  readonly username: string;
  readonly password?: string;
  readonly passwordHash?: string;
}

/**
 * The account that the configuration describes. Without a password one is made up for this run, since nothing is
 * shown without a login. (That the dashboard is not reachable by others then is the configuration's rule.)
 * @returns the made-up password, where there is one.
 * @throws PasswordHashError
 */
export async function chooseAccount(
  settings: AccountSettings,
): Promise<{ readonly account: Account; readonly madeUp?: string }> {
  const { username, password, passwordHash } = settings;
  if (passwordHash !== undefined) return { account: new Account(username, parseHash(passwordHash)) };
  if (password !== undefined) return { account: new Account(username, await hashPassword(password)) };
  const madeUp = randomBytes(18).toString('base64url');
  return { account: new Account(username, await hashPassword(madeUp)), madeUp };
}
