import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Account, Credentials } from './account.js';

export type Login =
  | { readonly result: 'right' | 'wrong' | 'busy' }
  | { readonly result: 'too many'; readonly waitSeconds: number };

/** Logins that one address may try within a window of so many ms, right or wrong. */
const MAX_ATTEMPTS = 10;
const WINDOW_MS = 60_000;

/** Checks logins, from the form and from headers alike, and slows down those who guess. */
export class LoginDesk {
  readonly #account: Account;
  readonly #count: ReturnType<FastifyInstance['createRateLimit']>;

  /** @param server has `@fastify/rate-limit` registered. */
  constructor(account: Account, server: FastifyInstance) {
    this.#account = account;
    this.#count = server.createRateLimit({ max: MAX_ATTEMPTS, timeWindow: WINDOW_MS });
  }

  async check(request: FastifyRequest, credentials: Credentials): Promise<Login> {
    // Counted before the check: a burst must not be checked as a whole.
    const limit = await this.#count(request);
    if (!limit.isAllowed && limit.isExceeded) return { result: 'too many', waitSeconds: limit.ttlInSeconds };
    return { result: await this.#account.check(credentials) };
  }

  /** As `check`, for what sends its credentials with each request: those accepted last are not counted again. */
  async checkEach(request: FastifyRequest, credentials: Credentials): Promise<Login> {
    return this.#account.isKnown(credentials) ? { result: 'right' } : await this.check(request, credentials);
  }
}
