import { ProvingError } from '../../proving-error.js';

const PATIENCE_MS = 60_000;

/** Reads pages of a dashboard as a browser does that has logged in. */
export class PageReader {
  readonly #address: string;
  readonly #cookie: string;

  private constructor(address: string, cookie: string) {
    this.#address = address;
    this.#cookie = cookie;
  }

  /** @throws ProvingError `PROVING_APP_FAILED` where the login is refused. */
  static async logIn(address: string, username: string, password: string): Promise<PageReader> {
    const answer = await fetch(`${address}/login`, {
      method: 'POST',
      headers: { origin: address },
      body: new URLSearchParams({ username, password }),
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await answer.body?.cancel();
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    if (answer.status !== 303 || cookies.length === 0)
      throw new ProvingError('PROVING_APP_FAILED', `the dashboard refused the login with ${answer.status}`);
    return new PageReader(address, cookies.join('; '));
  }

  /** A page's text, and how long it took, in ms. @throws ProvingError `PROVING_APP_FAILED` where it is not answered with 200. */
  async read(path: string): Promise<{ readonly text: string; readonly ms: number }> {
    const begin = performance.now();
    const answer = await fetch(`${this.#address}/${path}`, {
      headers: { cookie: this.#cookie },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    if (answer.status !== 200)
      throw new ProvingError('PROVING_APP_FAILED', `/${path} was answered with ${answer.status}`);
    return { text, ms: performance.now() - begin };
  }
}
