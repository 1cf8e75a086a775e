import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fleetForTests, prints, until } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';

interface Span {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

let collector: Server;
let url: string;
let received = '';
const spans: Span[] = [];

const fleet = fleetForTests();
beforeAll(async () => {
  collector = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (request.url === '/v1/traces') take(body);
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
  });
  await new Promise<void>((listening) => collector.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});
afterAll(async () => {
  collector.closeAllConnections();
  await new Promise((closed) => collector.close(closed));
});

/** One batch of spans as a collector gets it: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
function take(body: string): void {
  received += body;
  for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
    const service = String(attributesOf(resource)['service.name']);
    for (const scope of scopeSpans)
      for (const span of scope.spans) spans.push({ ...span, service, attributes: attributesOf(span) });
  }
}

function attributesOf(part: { attributes: { key: string; value: Record<string, unknown> }[] }) {
  return Object.fromEntries(part.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

it('shows a job’s read, write and save within the job, in the trace that began where it was added', async () => {
  const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_BSP_SCHEDULE_DELAY: '100' };
  await fleet.redis.xadd('orders', '1-1', 'field', 'a value that is nobody’s business');
  fleet.scheduler(tracing);
  fleet.worker(tracing);
  const written = () =>
    spans.find(({ name, attributes }) => name === 'write' && attributes['r2m.key'] === 'orders');
  await until(() => expect(written()).toBeDefined());
  const write = written();
  expect(write).toMatchObject({
    service: 'redis-to-mongo-worker',
    attributes: { 'r2m.keyType': 'stream', 'r2m.written': 1, 'r2m.alreadyThere': 0, 'r2m.dead': 0 },
  });
  const byId = (id: string | undefined) => spans.find(({ spanId }) => spanId === id);
  await until(() => expect(byId(byId(write?.parentSpanId)?.parentSpanId)).toBeDefined());
  const job = byId(write?.parentSpanId);
  expect(job).toMatchObject({ service: 'redis-to-mongo-worker', traceId: write?.traceId });
  expect(byId(job?.parentSpanId)).toMatchObject({
    service: 'redis-to-mongo-scheduler',
    traceId: write?.traceId,
  });
  const siblings = () =>
    spans.filter(({ parentSpanId }) => parentSpanId === job?.spanId).map(({ name }) => name);
  await until(() => expect(siblings()).toEqual(expect.arrayContaining(['load', 'read', 'write', 'save'])));
  expect(received).not.toContain('nobody’s business');
  // An operation for each key is more than a collector bears.
  expect(new Set(spans.map(({ name }) => name)).has('add sync')).toBe(true);
  expect(spans.filter(({ name }) => name.includes('orders'))).toEqual([]);
});

it('is off unless asked for', async () => {
  const before = spans.length;
  const worker = fleet.worker();
  await prints(worker, /worker started/);
  expect(await worker.stop()).toBe(0);
  expect(spans.length).toBe(before);
});

it('does not hold the fleet up where no collector answers', async () => {
  const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
  await fleet.redis.xadd('orders', '1-1', 'field', 'value');
  fleet.scheduler(tracing);
  const worker = fleet.worker(tracing);
  await until(async () => expect(await fleet.entries('orders')).toBe(1));
  expect(await worker.stop()).toBe(0);
});
