import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { LocalStackError } from './local-stack-error.js';

// Below the ports that systems hand out to outgoing connections (Linux: from 32768, macOS: from 49152). A port from
// there could be taken while a server is down for a restart, even by a client that reconnects to it and meets itself.
const lowest = 15_000;
const highest = 32_000;
const attempts = 200;

/**
 * A TCP port of 127.0.0.1 on which nobody listens now. Another process may take it before it is used:
 * anyone who starts a server on it tries again with another one.
 *
 * @throws LocalStackError `LOCAL_STACK_NO_PORT` when 200 random ports were all taken
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (await canListen(port)) return port;
  }
  throw new LocalStackError(
    'LOCAL_STACK_NO_PORT',
    `no free port between ${lowest} and ${highest} on 127.0.0.1; end some of the servers that use them`,
  );
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
