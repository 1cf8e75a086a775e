import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { membersOf } from '@redis-to-mongo/pipeline';
import { ProvingError } from '../proving-error.js';
import { builtApp } from './fleet-env.js';

export type AppName = 'scheduler' | 'worker' | 'dashboard';

export interface MemberOptions {
  readonly app: AppName;
  /** Its name in the fleet, such as `worker 2`. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** The working directory. It must not contain a config.json. */
  readonly cwd: string;
  readonly logFile: string;
}

/** How a process ended: an exit code, or the signal that ended it. */
export interface MemberEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Time for an app to answer 200 on /readyz, in ms. */
const READY_WITHIN_MS = 60_000;

const collectGarbage = new URL('../../collect-garbage.mjs', import.meta.url);

/**
 * A process of a fleet, started from the built app. It has its own session, so Ctrl-C reaches
 * only the parent. It ends with the parent, even if the parent is killed: the app sees that the
 * channel is closed (see runApp).
 */
export class FleetMember {
  readonly app: AppName;
  readonly name: string;
  readonly logFile: string;
  /** Fulfilled when the process has ended; never rejected. */
  readonly ended: Promise<MemberEnd>;
  readonly #process: ChildProcess;
  /** Credentials for the dashboard; the other apps ignore them. */
  readonly #authorization: string;
  #end: MemberEnd | undefined;
  #address: string | undefined;

  constructor(options: MemberOptions) {
    this.app = options.app;
    this.name = options.name;
    this.logFile = options.logFile;
    const { DASHBOARD_USERNAME, DASHBOARD_PASSWORD } = options.env;
    this.#authorization = `Basic ${Buffer.from(`${DASHBOARD_USERNAME}:${DASHBOARD_PASSWORD}`).toString('base64')}`;
    const main = builtApp(`${options.app}/dist/main.js`);
    const log = openSync(options.logFile, 'a');
    try {
      this.#process = spawn(process.execPath, ['--import', collectGarbage.href, main], {
        cwd: options.cwd,
        env: options.env,
        detached: true,
        stdio: ['ignore', log, log, 'ipc'],
      });
    } finally {
      closeSync(log);
    }
    this.ended = this.#untilEnded();
  }

  /** `undefined` if it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isRunning(): boolean {
    return this.#end === undefined;
  }

  /** The `http://127.0.0.1:port` of its health, metrics or pages. @throws RangeError until it is ready. */
  get address(): string {
    if (this.#address === undefined) throw new RangeError(`${this.name} is not ready`);
    return this.#address;
  }

  /** Sends a signal; does nothing if the process has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#process.kill(signal);
  }

  /** Asks the process to run a garbage collection, so that the memory in use can be measured. */
  collectGarbage(): void {
    if (this.isRunning && this.#process.connected) this.#process.send('collect garbage', () => {});
  }

  /**
   * Waits until the app is ready.
   * @throws ProvingError `PROVING_APP_FAILED` with the end of its log, if it ends first or is not ready
   * within a minute.
   */
  async ready(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (this.isRunning && Date.now() < deadline) {
      this.#address ??= findAddress(await readFile(this.logFile, 'utf8'));
      if (this.#address !== undefined && (await answersReady(this.#address, this.#authorization))) return;
      await Promise.race([this.ended, sleep(50)]);
    }
    const what = this.#end
      ? `ended with ${endText(this.#end)}`
      : `was not ready within ${READY_WITHIN_MS} ms`;
    const log = (await readFile(this.logFile, 'utf8')).trimEnd().split('\n').slice(-12).join('\n');
    throw new ProvingError(
      'PROVING_APP_FAILED',
      `${this.name} ${what}; its log ends with:\n${log || '(empty)'}`,
    );
  }

  async #untilEnded(): Promise<MemberEnd> {
    // The event is 'error', not 'exit', if the process could not be started at all.
    const end = await once(this.#process, 'exit').then(
      ([code, signal]: unknown[]): MemberEnd => ({
        code: typeof code === 'number' ? code : null,
        signal: typeof signal === 'string' ? (signal as NodeJS.Signals) : null,
      }),
      (): MemberEnd => ({ code: 1, signal: null }),
    );
    this.#end = end;
    return end;
  }
}

export function endText({ code, signal }: MemberEnd): string {
  return signal ?? `exit code ${code}`;
}

async function answersReady(address: string, authorization: string): Promise<boolean> {
  return await fetch(`${address}/readyz`, {
    headers: { authorization },
    signal: AbortSignal.timeout(5_000),
  }).then(
    async (response) => {
      await response.body?.cancel();
      return response.ok;
    },
    () => false,
  );
}

/** The `http://…` address in an app's log (field `http` of a line); `undefined` until it is logged. */
function findAddress(log: string): string | undefined {
  for (const line of log.split('\n')) {
    const fields = parseLine(line);
    const address = fields?.http;
    if (typeof address === 'string' && URL.canParse(address)) return address;
  }
  return undefined;
}

function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return membersOf(JSON.parse(line));
  } catch {
    return undefined; // an incomplete line that the app is still writing
  }
}
