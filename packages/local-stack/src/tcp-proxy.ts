import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSocketPairs } from './socket-pairs.js';

/** How a proxy treats connections and data. */
export type ProxyMode =
  | 'pass'
  /** Resets all connections, and refuses new ones. */
  | 'cut'
  /** Keeps connections open, but passes no data: a network that drops packets. */
  | 'hang';

export interface TcpProxy {
  /** On 127.0.0.1. */
  readonly port: number;
  set(mode: ProxyMode): void;
  /**
   * New connections go to this port of 127.0.0.1, as if a DNS name had changed. Existing connections stay.
   */
  lead(port: number): void;
  /** Delays every chunk by this many ms; 0 for none. */
  delay(ms: number): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of a test's server. It can cut, slow down or freeze the traffic. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let leadsTo = targetPort;
  let mode: ProxyMode = 'pass';
  let delayMs = 0;
  let thaw = () => {};
  let thawed: Promise<void> = Promise.resolve();

  const pump = async (from: Socket, to: Socket): Promise<void> => {
    for await (const chunk of from) {
      if (delayMs > 0) await sleep(delayMs);
      await thawed;
      if (to.destroyed) return;
      if (!to.write(chunk)) await drained(to);
    }
    to.end();
  };

  const pairs = await startSocketPairs({
    leadsTo: () => (mode === 'cut' ? undefined : leadsTo),
    // When one side ends, data already sent must still arrive: the pump ends the
    // other side after the last chunk.
    onPair: (near, far, destroyBoth) => {
      pump(near, far).catch(destroyBoth);
      pump(far, near).catch(destroyBoth);
    },
  });

  const set = (next: ProxyMode): void => {
    thaw();
    mode = next;
    if (next === 'hang') {
      thawed = new Promise((resolve) => {
        thaw = resolve;
      });
    }
    if (next === 'cut') pairs.reset();
  };

  return {
    port: pairs.port,
    set,
    lead: (port) => {
      leadsTo = port;
    },
    delay: (ms) => {
      delayMs = ms;
    },
    close: async () => {
      set('cut');
      await pairs.close();
    },
  };
}

/** Waits for `drain` or `close`, and removes the other one's listeners. */
async function drained(socket: Socket): Promise<void> {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    await Promise.race([once(socket, 'drain', { signal }), once(socket, 'close', { signal })]);
  } finally {
    ended.abort();
  }
}
