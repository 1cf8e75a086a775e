import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FreshNamespace, freePort, freshNamespace } from '@redis-to-mongo/local-stack';
import { builtApp, testMongoUri } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Container, type Probe, podsOf } from './kubernetes-manifests.js';
import { podEnvironment } from './pod-environment.js';

const cwd = mkdtempSync(join(tmpdir(), 'r2m-probes-'));
let space: FreshNamespace;
let running: ChildProcess | undefined;

beforeAll(async () => {
  space = await freshNamespace({ mongoUri: testMongoUri() });
});
afterEach(async () => {
  running?.kill('SIGTERM');
  if (running?.exitCode === null) await once(running, 'exit');
});
afterAll(async () => {
  await space.close();
  rmSync(cwd, { recursive: true });
});

/**
 * Starts an app as its container does, but on free ports of this machine.
 * @returns the URL of a named port.
 */
async function start(app: string, container: Container): Promise<(port: string) => string> {
  const ports = new Map<string, number>();
  for (const { containerPort } of container.ports) ports.set(String(containerPort), await freePort());
  const secrets = {
    'redis-to-mongo-servers': {
      REDIS_URL: space.redis.url,
      MONGO_URI: space.mongoUri,
      MONGO_DB_NAME: space.mongoDbName,
    },
    'redis-to-mongo-dashboard': { DASHBOARD_PASSWORD: 'a password for this test' },
  };
  const env = Object.fromEntries(
    Object.entries(podEnvironment(podsOf(app), [], secrets)).map(([name, value]) => [
      name,
      value === '0.0.0.0' ? '127.0.0.1' : String(ports.get(value) ?? value),
    ]),
  );
  const [command, ...args] = container.command;
  expect(command).toBe('redis-to-mongo');
  running = spawn(process.execPath, [builtApp('apps/cli/bin/redis-to-mongo.mjs'), ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: 'ignore',
  });
  return (name) => {
    const port = container.ports.find((each) => each.name === name)?.containerPort;
    return `http://127.0.0.1:${ports.get(String(port))}`;
  };
}

describe.each(['scheduler', 'worker', 'dashboard'])('the %s as its container starts it', (app) => {
  it('answers every probe and the scrape without a login', async () => {
    const pods = podsOf(app);
    const [container] = pods.spec.containers;
    if (!container) throw new Error(`the ${app} has no container`);
    const urlOf = await start(app, container);
    const ask = async ({ httpGet: { path, port } }: Probe) => (await fetch(urlOf(port) + path)).status;
    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe])
      await vi.waitFor(async () => expect(await ask(probe), JSON.stringify(probe)).toBe(200), {
        timeout: 60_000,
        interval: 200,
      });
    const { annotations } = pods.metadata;
    const scraped = container.ports.find(
      ({ containerPort }) => String(containerPort) === annotations['prometheus.io/port'],
    );
    const metrics = await fetch(urlOf(scraped?.name ?? '') + annotations['prometheus.io/path']);
    expect(metrics.status).toBe(200);
    expect(await metrics.text()).toContain(`process_cpu_seconds_total{app="${app}"}`);
  });
});
