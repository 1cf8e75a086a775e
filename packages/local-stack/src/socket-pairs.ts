import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface SocketPairsOptions {
  /** The port on 127.0.0.1 for the next connection; `undefined` resets the connection. */
  readonly leadsTo: () => number | undefined;
  /** Called with each client's connection, the one to the server, and a function that destroys both. */
  readonly onPair: (near: Socket, far: Socket, destroyBoth: () => void) => void;
}

export interface SocketPairs {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Resets all connections. */
  reset(): void;
  /** Resets all connections, and accepts no more. */
  close(): Promise<void>;
}

/** Listens for clients, and opens a connection to the server for each. An error of one connection destroys both. */
export async function startSocketPairs({ leadsTo, onPair }: SocketPairsOptions): Promise<SocketPairs> {
  const sockets = new Set<Socket>();
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const server = createServer((near) => {
    const port = leadsTo();
    if (port === undefined) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    const destroyBoth = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', destroyBoth);
      socket.once('close', () => sockets.delete(socket));
    }
    onPair(near, far, destroyBoth);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the proxy has no port');
  return {
    port: address.port,
    reset,
    close: async () => {
      reset();
      server.close();
      await once(server, 'close');
    },
  };
}
