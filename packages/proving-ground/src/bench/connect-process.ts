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
/** How long it may take to stop before it is killed, in ms. */
const STOP_WITHIN_MS = 5_000;

/** The program and what comes before the name of its configuration. */
export type ConnectCall = readonly [command: string, ...args: string[]];

/** What is set in rivals/redpanda-connect.yaml. */
export interface ConnectSettings {
  readonly BATCH_COUNT: string;
  readonly BATCH_PERIOD: string;
}

/** The fastest for it with a backlog, on a machine of two cores. */
export const FOR_THROUGHPUT: ConnectSettings = { BATCH_COUNT: '1000', BATCH_PERIOD: '100ms' };
/** An entry waits for others for a moment only. */
export const FOR_LATENCY: ConnectSettings = { BATCH_COUNT: '100', BATCH_PERIOD: '2ms' };

const CALLS: readonly { readonly call: ConnectCall; readonly version: readonly string[] }[] = [
  { call: ['redpanda-connect', 'run'], version: ['--version'] },
  { call: ['rpk', 'connect', 'run'], version: ['connect', '--version'] },
];

/** How Redpanda Connect is called here, and its version, if it is there. */
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

/** One process of Redpanda Connect that reads streams by a consumer group. */
export class ConnectProcess implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(process: ChildProcess) {
    this.#process = process;
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

  /** The one process; none if it could not be started. */
  get pids(): number[] {
    return this.#process.pid === undefined ? [] : [this.#process.pid];
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Sends SIGKILL, and resolves when it has ended. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.#ended;
    clearTimeout(timer);
  }
}
