/** This many are held; where more are paused, none are, and their runs find out by themselves. */
const LIMIT = 10_000;

/** The known paused keys. Their changes need not be requested. */
export class PausedKeys {
  readonly #read: (limit: number) => Promise<ReadonlySet<string>>;
  #keys: ReadonlySet<string> = new Set();

  /** @param read reads the paused keys, at most `limit` of them. */
  constructor(read: (limit: number) => Promise<ReadonlySet<string>>) {
    this.#read = read;
  }

  /** Whether the key was paused at the last reading. */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /**
   * Reads them again.
   * @param met keys that workers have met as paused: one that was paused and resumed since the last reading is among them.
   * @returns the keys that were paused or resumed: changes of resumed ones may have been left out, and those of paused ones may
   * still be tailed.
   */
  async refresh(met: readonly string[]): Promise<readonly string[]> {
    const before = this.#keys;
    const found = await this.#read(LIMIT + 1);
    this.#keys = found.size > LIMIT ? new Set() : found;
    const changed = [...before, ...this.#keys].filter((key) => before.has(key) !== this.#keys.has(key));
    const resumed = found.size > LIMIT ? [] : met.filter((key) => !this.#keys.has(key));
    return [...new Set([...changed, ...resumed])];
  }
}
