import { Writable } from 'node:stream';
import {
  type FreshNamespace,
  freshNamespace,
  type RedisServer,
  startRedis,
} from '@redis-to-mongo/local-stack';
import { connectMongo } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import type { Db } from 'mongodb';
import { afterAll, beforeAll } from 'vitest';
import { Interruption } from '../src/interruption.js';
import { createProgram } from '../src/program.js';
import { programFile } from '../src/programs.js';
import { runCli } from '../src/run-cli.js';

/** The commands of the command line, without the apps. */
export function allCommands(): readonly { readonly name: string; readonly summary: string }[] {
  return createProgram(process, () => async () => {})
    .commands.map((command) => ({ name: command.name(), summary: command.summary() }))
    .filter(({ name }) => programFile(name) === undefined);
}

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command, on servers of the test file's own. */
export interface CliUnderTest {
  readonly namespace: FreshNamespace;
  readonly redis: ReturnType<typeof connectRedis>;
  readonly db: Db;
  readonly env: Readonly<Record<string, string>>;
  run(...argv: string[]): Promise<Answer>;
  /** The JSON that a command prints. */
  json(...argv: string[]): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function cliUnderTest(more: Readonly<Record<string, string>> = {}): Promise<CliUnderTest> {
  const namespace = await freshNamespace({ mongoUri: testMongoUri() });
  const redis = connectRedis(addressOfUrl(namespace.redis.url), () => {});
  const mongo = connectMongo({ uri: namespace.mongoUri, dbName: namespace.mongoDbName, tls: NO_TLS }, 'test');
  const env = {
    REDIS_URL: namespace.redis.url,
    MONGO_URI: namespace.mongoUri,
    MONGO_DB_NAME: namespace.mongoDbName,
    ...more,
  };
  return {
    namespace,
    redis,
    db: mongo.db,
    env,
    run: (...argv) => runIn(env, ...argv),
    json: async (name = '', ...argv) => JSON.parse((await runIn(env, name, '--json', ...argv)).stdout),
    close: async () => {
      redis.disconnect();
      await mongo.close();
      await namespace.close();
    },
  };
}

/** An empty Redis to restore into, and a connection to it, for all tests of a file: there once the first hook after this call begins. */
export function targetForTests() {
  const target = {} as { server: RedisServer; url: string; redis: ReturnType<typeof connectRedis> };
  beforeAll(async () => {
    target.server = await startRedis();
    target.url = target.server.url;
    target.redis = connectRedis(addressOfUrl(target.url), () => {});
  });
  afterAll(async () => {
    target.redis.disconnect();
    await target.server.stop();
  });
  return target;
}

/** Runs the command in this process, in an environment of its own. */
export async function runIn(env: Readonly<Record<string, string>>, ...argv: string[]): Promise<Answer> {
  return await runUntil(new Interruption(), env, ...argv);
}

/** The same, until it is interrupted. */
export async function runUntil(
  interruption: Interruption,
  env: Readonly<Record<string, string>>,
  ...argv: string[]
): Promise<Answer> {
  const stdout = new Collected();
  const stderr = new Collected();
  const code = await runCli({ argv, env, cwd: '/', stdout, stderr, interruption });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
