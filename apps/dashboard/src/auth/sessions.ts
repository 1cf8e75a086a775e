import { hash, randomBytes } from 'node:crypto';

/** What is kept of a session while it lasts; `@fastify/csrf-protection` keeps its secret here. */
export type SessionData = Record<string, unknown>;

/** Who is logged in. Kept in memory: a restart of the dashboard ends all sessions. */
export class Sessions {
  /** Keyed by the hash of the session id, so that a lookup takes the same time for every wrong id. */
  readonly #sessions = new Map<string, { readonly expiry: number; readonly data: SessionData }>();

  /**
   * @param lifeMs ms from the login to the end of the session, even if it is in use.
   * @param max number of open sessions; one more ends the oldest.
   */
  constructor(
    private readonly lifeMs: number,
    private readonly max = 1000,
  ) {}

  /** Begins a session and returns its id: 256 random bits. */
  begin(now = Date.now()): string {
    for (const [key, { expiry }] of this.#sessions) {
      if (expiry > now && this.#sessions.size < this.max) break;
      this.#sessions.delete(key);
    }
    const id = randomBytes(32).toString('base64url');
    this.#sessions.set(hashOf(id), { expiry: now + this.lifeMs, data: {} });
    return id;
  }

  /** Whether the session has begun and not ended. @param now in ms since 1970. */
  isValid(id: string, now = Date.now()): boolean {
    return this.dataOf(id, now) !== undefined;
  }

  /** The session's data, to read and write; `undefined` once it has ended. */
  dataOf(id: string, now = Date.now()): SessionData | undefined {
    const found = this.#sessions.get(hashOf(id));
    return found !== undefined && found.expiry > now ? found.data : undefined;
  }

  /** Ends a session. An unknown id is ignored. */
  end(id: string): void {
    this.#sessions.delete(hashOf(id));
  }
}

function hashOf(id: string): string {
  return hash('sha256', id, 'base64');
}
