import { createHash, randomBytes } from 'node:crypto';

/** Who is logged in. Kept in memory: a restart of the dashboard ends all sessions. */
export class Sessions {
  /** By the hash of the session's id, so that finding one takes the same time for all wrong ids. */
  readonly #expiry = new Map<string, number>();
  readonly #lifeMs: number;
  readonly #max: number;

  /**
   * @param lifeMs after its login a session ends, whatever it was used for.
   * @param max sessions at once; one more ends the oldest.
   */
  constructor(lifeMs: number, max = 1000) {
    this.#lifeMs = lifeMs;
    this.#max = max;
  }

  /** Begins a session and returns its id: 256 random bits. */
  begin(now = Date.now()): string {
    for (const [key, expiry] of this.#expiry) {
      if (expiry > now && this.#expiry.size < this.#max) break;
      this.#expiry.delete(key);
    }
    const id = randomBytes(32).toString('base64url');
    this.#expiry.set(hashOf(id), now + this.#lifeMs);
    return id;
  }

  isValid(id: string, now = Date.now()): boolean {
    return (this.#expiry.get(hashOf(id)) ?? 0) > now;
  }

  end(id: string): void {
    this.#expiry.delete(hashOf(id));
  }
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64');
}
