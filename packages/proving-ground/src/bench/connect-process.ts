import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchEnvironment, MongoTarget } from './bench-environment.js';
import { streamKeys } from './fill-streams.js';

const run = promisify(execFile);
const configFile = fileURLToPath(new URL('../../rivals/redpanda-connect.yaml', import.meta.url));
/** Time from SIGTERM to SIGKILL, in ms. */
const STOP_WITHIN_MS = 5_000;

/** The program, and its arguments before the configuration file. */
export type ConnectCall = readonly [command: string, ...args: string[]];

/** Variables of rivals/redpanda-connect.yaml. */
export interface ConnectSettings {
  readonly BATCH_COUNT: string;
  readonly BATCH_PERIOD: string;
}

/** Its fastest settings for a backlog, on a machine with two cores. */
export const FOR_THROUGHPUT: ConnectSettings = { BATCH_COUNT: '1000', BATCH_PERIOD: '100ms' };
/** For low latency: an entry waits at most 2 ms for others. */
export const FOR_LATENCY: ConnectSettings = { BATCH_COUNT: '100', BATCH_PERIOD: '2ms' };

const CALLS: readonly { readonly call: ConnectCall; readonly version: readonly string[] }[] = [
  { call: ['redpanda-connect', 'run'], version: ['--version'] },
  { call: ['rpk', 'connect', 'run'], version: ['connect', '--version'] },
];

/**
 * Finds Redpanda Connect on the PATH: how to call it, and its version. `undefined` if it is not installed.
 */
export async function findConnect(): Promise<{ call: ConnectCall; version: string } | undefined> {
  for (const { call, version } of CALLS) {
    const said = await run(call[0], [...version], { timeout: 20_000 }).then(
      ({ stdout }) => stdout,
      () => undefined,
    );
    if (said !== undefined)
      return { call, version: /v?(\d+\.\d+\.\S+)/.exec(said)?.[1] ?? 'of unknown version' };
  }
  return undefined;
}

/** A process of Redpanda Connect that reads streams with a consumer group. */
export class ConnectProcess implements AsyncDisposable {
  readonly #ended: Promise<unknown>;

  private constructor(private readonly process: ChildProcess) {
    this.#ended = once(process, 'exit').catch(() => undefined);
  }

  static async start(
    [command, ...args]: ConnectCall,
    bench: BenchEnvironment,
    target: MongoTarget,
    what: { readonly sourceUrl: string; readonly streams: number; readonly settings: ConnectSettings },
  ): Promise<ConnectProcess> {
    const dir = await bench.nextDir();
    const config = join(dir, 'connect.yaml');
    const template = await readFile(configFile, 'utf8');
    const names = JSON.stringify(streamKeys(what));
    await writeFile(config, template.replace('streams: []', `streams: ${names}`));
    const log = openSync(join(dir, 'connect.log'), 'a');
    const child = spawn(command, [...args, config], {
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        ...what.settings,
        ...{ SOURCE_URL: what.sourceUrl, TARGET_URI: target.uri, TARGET_DB: target.dbName },
      },
    });
    closeSync(log);
    return new ConnectProcess(child);
  }

  /** The process's pid; empty if it could not be started. */
  get pids(): number[] {
    return this.process.pid === undefined ? [] : [this.process.pid];
  }

  /** Whether the process has ended. */
  get isOver(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Sends SIGKILL, and waits until the process has ended. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.#ended;
    clearTimeout(timer);
  }
}
