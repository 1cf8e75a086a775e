import { connectPush, isCluster, mastersOf, type RedisAddress } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import type { FeedRefusal } from './feed-refusal.js';
import { NodeFeed } from './node-feed.js';
import { differ, type ServerMarks, serverMarks } from './server-marks.js';

/** The servers to listen to, and the callbacks. */
export interface ChangeFeedOptions {
  readonly address: RedisAddress;
  /** An ordinary connection, which knows the servers. */
  readonly redis: Redis;
  /** See NodeFeedOptions. */
  readonly prefixes: readonly Buffer[];
  /** Called with names of keys that changed. Must not throw. */
  readonly onChange: (names: readonly Buffer[]) => void;
  /** Called with the reason when changes up to now may have been missed. */
  readonly onMissed: (reason: string) => void;
  /** Called when `state` may have changed. */
  readonly onState?: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * - `listening`: every change is reported.
 * - `connecting`: a server does not answer, or not yet. Changes are missed meanwhile; onMissed reports this.
 * - `refused`: a server refuses to report changes; they must be found by polling.
 */
export type FeedState =
  | { readonly is: 'listening' | 'connecting' }
  | ({ readonly is: 'refused' } & FeedRefusal);

/**
 * Intervals in ms. `topology`: compares the feeds with the known masters of a cluster, without a request.
 * `marks`: asks a single server which one it is, and whether databases were swapped.
 */
const CHECK_MS = { topology: 250, marks: 1_000 } as const;
const ONLY = 'the server';

interface Node {
  readonly feed: NodeFeed;
  state: FeedState;
  marks: ServerMarks | undefined;
}

/**
 * Receives every change of every key from all servers that hold keys. Changes that may have been missed are
 * reported.
 */
export class ChangeFeed {
  readonly #nodes = new Map<string, Node>();
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;
  #checking: Promise<void> | undefined;

  constructor(private readonly options: ChangeFeedOptions) {
    const { topology, marks } = CHECK_MS;
    this.#timer = setInterval(() => this.#check(), isCluster(options.redis) ? topology : marks);
    this.#timer.unref();
    this.#check();
  }

  /** The state of all servers together: refused if one refuses, listening if all listen. */
  get state(): FeedState {
    const states = [...this.#nodes.values()].map(({ state }) => state);
    const refused = states.find(({ is }) => is === 'refused');
    if (refused) return refused;
    return {
      is: states.length > 0 && states.every(({ is }) => is === 'listening') ? 'listening' : 'connecting',
    };
  }

  /**
   * Every change up to this time, by performance.now(), was reported. `undefined` while a server reports
   * none.
   */
  get heardUntil(): number | undefined {
    const times = [...this.#nodes.values()].map(({ feed }) => feed.heardUntil);
    return times.length > 0 && times.every((time) => time !== undefined) ? Math.min(...times) : undefined;
  }

  /** Ends the connections to all servers, and waits for checks and subscriptions in progress. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#checking;
    await Promise.all([...this.#nodes.values()].map(({ feed }) => feed.close()));
  }

  #check(): void {
    this.#checking ??= this.#matchServers()
      .catch((error: unknown) => {
        if (!this.#isClosed) this.options.onError(error);
      })
      .finally(() => {
        this.#checking = undefined;
      });
  }

  /** Opens a feed for each new server, and closes the feeds of servers that are gone. */
  async #matchServers(): Promise<void> {
    const { redis } = this.options;
    if (!isCluster(redis)) {
      if (this.#nodes.size === 0) this.#open(ONLY);
      else await this.#compareMarks();
      return;
    }
    const masters = placesOf(redis);
    if (masters.length === 0) return; // not known yet
    const names = new Set(masters.map(({ host, port }) => `${host}:${port}`));
    for (const [name, { feed }] of this.#nodes) {
      if (names.has(name)) continue;
      this.#nodes.delete(name);
      this.options.onState?.();
      this.options.onMissed(`${name} no longer has keys`);
      await feed.close();
    }
    for (const { host, port } of masters)
      if (!this.#isClosed && !this.#nodes.has(`${host}:${port}`))
        this.#open(`${host}:${port}`, { host, port });
  }

  /**
   * Finds a failover: the host name leads to another server, while the feed's connection stays with the old
   * one. Also finds swapped databases (SWAPDB), which the feed does not report.
   */
  async #compareMarks(): Promise<void> {
    const node = this.#nodes.get(ONLY);
    const before = node?.marks;
    if (node?.state.is !== 'listening' || !before) return;
    const now = await serverMarks(this.options.redis);
    if (node.marks !== before) return;
    if (differ(now.run, before.run)) node.feed.reconnect();
    else if (differ(now.swaps, before.swaps)) {
      node.marks = { ...before, swaps: now.swaps };
      this.options.onMissed('databases were swapped');
    }
  }

  #open(name: string, place?: { host: string; port: number }): void {
    const { address, prefixes, onChange, onMissed, onError } = this.options;
    const set = (state: FeedState, marks?: ServerMarks) => {
      const node = this.#nodes.get(name);
      if (!node) return;
      node.state = state;
      node.marks = marks;
      this.options.onState?.();
    };
    const feed = new NodeFeed({
      redis: connectPush(address, onError, place),
      prefixes,
      onChange,
      onListening: (marks) => {
        set({ is: 'listening' }, marks);
        onMissed(`connected to ${name}`);
      },
      onFlush: () => onMissed(`${name} was flushed or refilled`),
      onLost: () => {
        set({ is: 'connecting' });
        onMissed(`the connection to ${name} was lost`);
      },
      onRefused: (refusal) => set({ is: 'refused', ...refusal }),
      onError,
    });
    this.#nodes.set(name, { feed, state: { is: 'connecting' }, marks: undefined });
    this.options.onState?.();
  }
}

/** The addresses of a cluster's masters; empty while they are not known. */
function placesOf(cluster: Redis): { host: string; port: number }[] {
  try {
    return mastersOf(cluster).map(({ options: { host = '', port = 0 } }) => ({ host, port }));
  } catch {
    return [];
  }
}
