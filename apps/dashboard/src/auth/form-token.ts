import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Tokens that prove that a request was made by a page of the same session; of no use in another one, or after a restart. */
export class FormTokens {
  readonly #key = randomBytes(32);

  of(sessionId: string): string {
    return this.#mac(sessionId).toString('base64url');
  }

  isValid(sessionId: string, token: unknown): boolean {
    if (typeof token !== 'string') return false;
    const given = Buffer.from(token, 'base64url');
    const right = this.#mac(sessionId);
    return given.length === right.length && timingSafeEqual(given, right);
  }

  #mac(sessionId: string): Buffer {
    return createHmac('sha256', this.#key).update(sessionId).digest();
  }
}
