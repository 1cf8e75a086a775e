import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { LocalStackError } from './local-stack-error.js';

// Below the ports of outgoing connections (Linux: from 32768, macOS: from 49152). Such a port could be taken
// while a server restarts, even by a client that reconnects to it and so connects to itself.
const lowest = 15_000;
const highest = 32_000;
const attempts = 200;

/**
 * Finds a free TCP port of 127.0.0.1. Another process may take the port before it is used, so callers
 * must retry with another port.
 *
 * @throws LocalStackError `LOCAL_STACK_NO_PORT` if 200 random ports are all taken
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
