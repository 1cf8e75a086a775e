/**
 * Which servers something leads to, each by the id of its run, and how long ago one of its connections moved to another, in ms. All
 * masters of a cluster count as one server, by a fingerprint of their addresses.
 */
export interface ReachedServers {
  readonly servers: readonly string[];
  readonly movedMs?: number;
}

/**
 * Which servers the connections of a process to one Redis lead to. After a failover, each connection moves in its own time: until then it
 * may read a primary of before, which knows nothing of what is written to the new one.
 */
export class ServersReached {
  readonly #runs = new Map<object, string>();
  #movedAt: number | undefined;

  /** A connection leads to this run of a server. */
  note(connection: object, run: string): void {
    const before = this.#runs.get(connection);
    if (before !== undefined && before !== run) this.#movedAt = performance.now();
    this.#runs.set(connection, run);
  }

  /** A connection has ended for good. */
  forget(connection: object): void {
    const run = this.#runs.get(connection);
    this.#runs.delete(connection);
    const others = [...this.#runs.values()];
    if (run !== undefined && others.some((other) => other !== run)) this.#movedAt = performance.now();
  }

  /** As it is now. No servers where none has been reached, or none says which run it is. */
  get facts(): ReachedServers {
    const servers = [...new Set(this.#runs.values())];
    return this.#movedAt === undefined
      ? { servers }
      : { servers, movedMs: Math.round(performance.now() - this.#movedAt) };
  }
}
