import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../src/tcp-proxy.js';

const BYTES = 64 << 20;

let far: Server;
let other: Server;
let proxy: TcpProxy;

/** The first server sends many bytes to each connection; the second one sends a word. */
beforeAll(async () => {
  far = createServer((socket) => socket.on('error', () => {}).end(Buffer.alloc(BYTES)));
  other = createServer((socket) => socket.on('error', () => {}).end('other'));
  for (const server of [far, other]) await once(server.listen(0, '127.0.0.1'), 'listening');
  proxy = await startTcpProxy(portOf(far));
});
afterAll(async () => {
  await proxy.close();
  far.close();
  other.close();
});

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('it has no port');
  return address.port;
}

/** Reads everything, with a pause after each chunk, so that data has to wait. */
async function bytesOf(socket: Socket, restMs = 0): Promise<number> {
  let bytes = 0;
  for await (const chunk of socket) {
    bytes += chunk.length;
    if (restMs > 0) await sleep(restMs);
  }
  return bytes;
}

test('data that is read slowly arrives complete, and waiting leaves no listeners behind', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => {
    if (warning.name === 'MaxListenersExceededWarning') warnings.push(warning);
  };
  process.on('warning', note);
  try {
    expect(await bytesOf(connect(proxy.port, '127.0.0.1'), 2)).toBe(BYTES);
    await new Promise((resolve) => setImmediate(resolve)); // warnings come in the next turn
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', note);
  }
});

test('after `lead`, new connections go to the new port, and existing ones stay', async () => {
  const old = connect(proxy.port, '127.0.0.1');
  await once(old, 'readable');
  proxy.lead(portOf(other));
  expect(await bytesOf(connect(proxy.port, '127.0.0.1'))).toBe('other'.length);
  expect(await bytesOf(old)).toBe(BYTES);
  proxy.lead(portOf(far));
});
