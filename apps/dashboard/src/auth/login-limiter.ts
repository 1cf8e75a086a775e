import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Account, Credentials } from './account.js';

export type Login =
  | { readonly result: 'right' | 'wrong' | 'busy' }
  | { readonly result: 'too many'; readonly waitSeconds: number };

/** Wrong logins that one client may try within a window of this many seconds. */
const MAX_WRONG = 10;
const WINDOW_S = 60;

/** Checks logins, from the form and from headers alike, and slows down those who guess. */
export class LoginLimiter {
  readonly #wrong = new RateLimiterMemory({ points: MAX_WRONG, duration: WINDOW_S });

  constructor(private readonly account: Account) {}

  /** Checks a login, unless the client's address has used up its attempts. */
  async check({ ip }: FastifyRequest, credentials: Credentials): Promise<Login> {
    const client = clientOf(ip);
    // Counted before the check, and uncounted unless the login is wrong: otherwise a whole burst would be checked.
    const waitSeconds = await this.#count(client);
    if (waitSeconds > 0) return { result: 'too many', waitSeconds };
    const result = await this.account.check(credentials);
    if (result !== 'wrong') await this.#wrong.reward(client);
    return { result };
  }

  /** As `check`, for clients that send credentials with each request: the last accepted ones are not hashed again. */
  async checkEach(request: FastifyRequest, credentials: Credentials): Promise<Login> {
    return this.account.isKnown(credentials) ? { result: 'right' } : await this.check(request, credentials);
  }

  /** @returns the seconds that the client must wait; 0 if none. */
  async #count(client: string): Promise<number> {
    try {
      await this.#wrong.consume(client);
      return 0;
    } catch (limit) {
      if (limit instanceof RateLimiterRes) return Math.max(1, Math.ceil(limit.msBeforeNext / 1000));
      throw limit;
    }
  }
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * The client of an address, for limits. An IPv4 address is one client. So is a 64-bit IPv6 network, since a user who has one
 * of its addresses has all of them.
 */
export function clientOf(ip: string): string {
  const address = MAPPED.exec(ip)?.[1] ?? ip;
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = address.replace(/%.*/, '').split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const network = [...before, ...zeros, ...after].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

function groupsOf(part: string): string[] {
  return part === '' ? [] : part.split(':');
}
