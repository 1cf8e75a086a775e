/** Maximum number of keys held. If more are paused, none are held, and each key's run finds the pause. */
const LIMIT = 10_000;

/** The known paused keys. Their changes need not be requested. */
export class PausedKeys {
  #keys: ReadonlySet<string> = new Set();

  /** @param read reads the paused keys, at most `limit` of them. */
  constructor(private readonly read: (limit: number) => Promise<ReadonlySet<string>>) {}

  /** Whether the key was paused at the last refresh. */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /**
   * Reads the paused keys again.
   * @param met keys that workers found paused. They include keys that were paused and resumed since the last
   * refresh.
   * @returns the keys that were paused or resumed. Changes of resumed keys may have been left out; paused
   * keys may still be tailed.
   */
  async refresh(met: readonly string[]): Promise<readonly string[]> {
    const before = this.#keys;
    const found = await this.read(LIMIT + 1);
    this.#keys = found.size > LIMIT ? new Set() : found;
    const changed = [...before, ...this.#keys].filter((key) => before.has(key) !== this.#keys.has(key));
    const resumed = found.size > LIMIT ? [] : met.filter((key) => !this.#keys.has(key));
    return [...new Set([...changed, ...resumed])];
  }
}
