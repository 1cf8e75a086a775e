import { once } from 'node:events';
import { connect } from 'node:net';
import { fuzz } from '@redis-to-mongo/test-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMetrics, type HttpServer, startHttp } from '../src/index.js';

let server: HttpServer;
beforeAll(async () => {
  const { registry } = createMetrics('test');
  const checks = [{ name: 'redis', check: async () => undefined }];
  server = await startHttp({ host: '127.0.0.1', port: 0, checks, registry });
});
afterAll(async () => {
  await server.close();
});

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'CONNECT', 'get', 'BREW'),
      fc.oneof(
        fc.webPath(),
        fc.constantFrom(
          '/healthz',
          '/readyz',
          '/metrics',
          '/metrics?x',
          '/../metrics',
          '/%',
          '/%ff',
          '*',
          '',
        ),
      ),
      fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', ''),
    )
    .map((parts) => parts.join(' ')),
);
const header = fc.oneof(
  fc.constantFrom(
    'Host: x',
    'Content-Length: 5',
    'Content-Length: -1',
    'Transfer-Encoding: chunked',
    'Expect: x',
  ),
  fc.constantFrom(
    'Content-Type: application/json',
    'Connection: upgrade',
    'Upgrade: websocket',
    'Range: bytes=9-1',
  ),
  fc
    .tuple(fc.string({ maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 20 }))
    .map((pair) => pair.join(': ')),
);
const request = fc
  .tuple(line, fc.array(header, { maxLength: 5 }), fc.string({ unit: 'binary', maxLength: 30 }))
  .map(([first, headers, body]) => `${[first, ...headers].join('\r\n')}\r\n\r\n${body}`);

/** Sends bytes, ends, and returns what comes back. */
async function send(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => {}); // a reset is an answer, too
  const closed = once(socket, 'close');
  socket.end(bytes);
  await closed;
  return answer;
}

it('whatever is sent to health and metrics, none of it is a failure of the server, and it goes on', async () => {
  await fuzz(
    'raw HTTP requests to health and metrics',
    fc.asyncProperty(request, async (bytes) => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(await send(bytes))?.[1];
      // 505 is Node's word for a version of HTTP that it does not speak.
      expect(status === undefined || status === '505' || Number(status) < 500).toBe(true);
    }),
    300,
  );
  expect((await fetch(`${server.address}/healthz`)).status).toBe(200);
});
