/**
 * The servers that the connections of a process lead to, each by its run id, and how long ago a connection
 * moved to another server, in ms. All masters of a cluster count as one server, with a fingerprint of their
 * node ids as its id.
 */
export interface ReachedServers {
  readonly servers: readonly string[];
  readonly movedMs?: number;
}

/**
 * Records the servers that the connections of a process to one Redis lead to. After a failover, each
 * connection moves at its own time. Until it has moved, it may read from the former primary, which lacks all
 * writes to the new one.
 */
export class ServersReached {
  readonly #runs = new Map<object, string>();
  #movedAt: number | undefined;

  /** Records that a connection leads to this run of a server. */
  note(connection: object, run: string): void {
    const before = this.#runs.get(connection);
    if (before !== undefined && before !== run) this.#movedAt = performance.now();
    this.#runs.set(connection, run);
  }

  /** Forgets a connection that has ended for good. */
  forget(connection: object): void {
    const run = this.#runs.get(connection);
    this.#runs.delete(connection);
    const others = [...this.#runs.values()];
    if (run !== undefined && others.some((other) => other !== run)) this.#movedAt = performance.now();
  }

  /** The current state. `servers` is empty if no server has been reached, or none reports its run id. */
  get facts(): ReachedServers {
    const servers = [...new Set(this.#runs.values())];
    return this.#movedAt === undefined
      ? { servers }
      : { servers, movedMs: Math.round(performance.now() - this.#movedAt) };
  }
}
