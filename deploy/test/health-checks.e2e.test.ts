import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createMetrics, startHttp } from '@redis-to-mongo/app-shell';
import { freePort, type MongoServer, startMongo } from '@redis-to-mongo/local-stack';
import { BSON } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interpolate, readCompose } from './compose-file.js';
import { readDockerfile } from './read-dockerfile.mjs';

const dir = mkdtempSync(join(tmpdir(), 'r2m-health-'));
const INITIATED = join(dir, 'initiated');
afterAll(() => rmSync(dir, { recursive: true }));

interface Outcome {
  /** 0 for healthy. */
  readonly code: number;
  readonly ms: number;
}

/** Runs a check as the container engine does, but against another port of this machine. */
async function check([shell = '', ...args]: readonly string[], from: number, port: number): Promise<Outcome> {
  const there = args.map((arg) => arg.replace(`/dev/tcp/127.0.0.1/${from}`, `/dev/tcp/127.0.0.1/${port}`));
  expect(there).not.toEqual(args);
  const began = performance.now();
  const env = { PATH: `${dir}:${process.env.PATH}`, INITIATED };
  const code = await promisify(execFile)(shell, there, { env }).then(
    () => 0,
    (error: { code?: number }) => error.code ?? -1,
  );
  return { code, ms: performance.now() - began };
}

/**
 * Runs a check of a server that does not answer. It must end by its own limit, 4 s, which is below the engine's: before
 * one that waits a second longer.
 */
async function checkHanging(command: readonly string[], from: number, port: number): Promise<Outcome> {
  const patient = command.map((arg) => arg.replace(/(-t|timeout) 4 /, '$1 5 '));
  expect(patient).not.toEqual(command);
  const [own, longer] = await Promise.all([check(command, from, port), check(patient, from, port)]);
  expect(own.ms).toBeLessThan(longer.ms);
  return own;
}

/** Starts a server that answers all data with `reply`, or stays silent without one. */
async function serverThatSays(reply?: Buffer): Promise<{ port: number; close: () => void }> {
  const port = await freePort();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (reply) socket.once('data', () => socket.write(reply));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { port, close: () => server.close() };
}

describe('the image’s health check', () => {
  const text = readDockerfile(new URL('../../Dockerfile', import.meta.url).pathname)
    .at(-1)
    ?.steps.find(({ keyword }) => keyword === 'HEALTHCHECK')?.text;
  const command: string[] = JSON.parse(text?.slice(text.indexOf('[')) ?? '[]');

  it('distinguishes an app that answers from one that hangs, one that is stopped and one that says no, at little cost', async () => {
    const port = await freePort();
    const app = await startHttp({
      host: '127.0.0.1',
      port,
      checks: [],
      registry: createMetrics('worker').registry,
    });
    expect((await check(command, 8080, port)).code).toBe(0);
    await app.close();
    expect((await check(command, 8080, port)).code).not.toBe(0);
    const hanging = await serverThatSays();
    expect((await checkHanging(command, 8080, hanging.port)).code).not.toBe(0);
    hanging.close();
    const refusing = await serverThatSays(Buffer.from('HTTP/1.1 503 Service Unavailable\r\n\r\n'));
    expect((await check(command, 8080, refusing.port)).code).not.toBe(0);
    refusing.close();
  });
});

describe('MongoDB’s health check in the compose file', () => {
  const [, ...command] = readCompose().services.mongo?.healthcheck?.test ?? [];
  const script = command.map((part) => interpolate(part, {}));
  let server: MongoServer;

  beforeAll(async () => {
    server = await startMongo();
    // Replaces mongosh, which must not run while the server is healthy, and records its arguments.
    writeFileSync(join(dir, 'mongosh'), '#!/bin/bash\nprintf %s "$*" >> "$INITIATED"\n');
    chmodSync(join(dir, 'mongosh'), 0o755);
  });
  afterAll(async () => await server.stop());

  it('is healthy where a primary answers, and asks it without mongosh', async () => {
    const healthy = await check(script, 27017, server.port);
    expect(healthy.code).toBe(0);
    expect(existsSync(INITIATED)).toBe(false);
  });

  it('is not while the server is frozen, and says so in time', async () => {
    if (server.pid === undefined) return;
    process.kill(server.pid, 'SIGSTOP');
    try {
      expect((await checkHanging(script, 27017, server.port)).code).toBe(1);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    expect((await check(script, 27017, server.port)).code).toBe(0);
  });

  it('has mongosh initiate the replica set where a server says that it has none, and only there', async () => {
    const uninitiated = { isWritablePrimary: false, secondary: false, isreplicaset: true, ok: 1 };
    const fresh = await serverThatSays(message(uninitiated));
    expect((await check(script, 27017, fresh.port)).code).toBe(1);
    expect(readFileSync(INITIATED, 'utf8')).toContain("rs.initiate({ _id: 'rs0'");
    fresh.close();
    rmSync(INITIATED);
    const secondary = await serverThatSays(
      message({ isWritablePrimary: false, secondary: true, setName: 'rs0', ok: 1 }),
    );
    expect((await check(script, 27017, secondary.port)).code).toBe(1);
    expect(existsSync(INITIATED)).toBe(false);
    secondary.close();
  });
});

/** A reply in MongoDB's form. Source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#op_msg */
function message(document: object): Buffer {
  const body = BSON.serialize(document);
  const head = Buffer.alloc(21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(1, 8);
  head.writeInt32LE(2013, 12);
  return Buffer.concat([head, body]);
}
