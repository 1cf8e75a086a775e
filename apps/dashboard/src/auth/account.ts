import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { OneAtATime } from '@redis-to-mongo/pipeline';
import { hashPassword, isPassword, parseHash, type ScryptHash } from './scrypt-hash.js';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The most logins that may wait. One more is refused. */
const MAX_WAITING = 20;

/** The dashboard's one account. */
export class Account {
  readonly #cacheKey = randomBytes(32);
  #lastAccepted: Buffer | undefined;
  #waiting = 0;
  readonly #checks = new OneAtATime();

  constructor(
    private readonly username: string,
    private readonly hash: ScryptHash,
  ) {}

  /**
   * Checks a login. Hashing is expensive by design, so only one login is checked at a time.
   * @returns `busy` if too many logins wait already.
   */
  async check(credentials: Credentials): Promise<'right' | 'wrong' | 'busy'> {
    if (this.#waiting >= MAX_WAITING) return 'busy';
    this.#waiting += 1;
    try {
      if (!(await this.#checks.inTurn(() => this.#isRight(credentials)))) return 'wrong';
      this.#lastAccepted = this.#fingerprint(credentials);
      return 'right';
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Whether these credentials were the last accepted ones, so that a fetch of /metrics every few seconds needs no hashing. */
  isKnown(credentials: Credentials): boolean {
    const last = this.#lastAccepted;
    return last !== undefined && timingSafeEqual(last, this.#fingerprint(credentials));
  }

  async #isRight({ username, password }: Credentials): Promise<boolean> {
    const rightPassword = await isPassword(password, this.hash);
    return timingSafeEqual(digest(username), digest(this.username)) && rightPassword;
  }

  /** The fingerprint is useless outside of this process, since its key is random. */
  #fingerprint({ username, password }: Credentials): Buffer {
    return createHmac('sha256', this.#cacheKey)
      .update(JSON.stringify([username, password]))
      .digest();
  }
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

interface AccountSettings {
  readonly username: string;
  readonly password?: string;
  readonly passwordHash?: string;
}

/**
 * The account from the configuration. Without a password, one is generated for this run, since nothing is shown without
 * a login. (The configuration then allows only a local address.)
 * @returns also the generated password, if there is one.
 * @throws PasswordHashError
 */
export async function chooseAccount(settings: AccountSettings) {
  const { username, password, passwordHash } = settings;
  if (passwordHash !== undefined) return { account: new Account(username, parseHash(passwordHash)) };
  if (password !== undefined) return { account: new Account(username, await hashPassword(password)) };
  const madeUp = randomBytes(18).toString('base64url');
  return { account: new Account(username, await hashPassword(madeUp)), madeUp };
}
