import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FleetEnvOptions, fleetEnv } from './fleet-env.js';
import { type AppName, FleetMember, type MemberEnd } from './fleet-member.js';

export interface FleetOptions extends FleetEnvOptions {
  /** Worker processes to begin with. */
  readonly workers: number;
  /** Default: true. */
  readonly dashboard?: boolean;
  /** Where the processes run and their logs go; created when it is missing. */
  readonly dir: string;
  /** Stops the fleet when it aborts, also while it starts. */
  readonly signal?: AbortSignal;
  /** Told when a process ends that was neither killed nor stopped through the fleet. */
  readonly onUnexpectedEnd?: (member: FleetMember, end: MemberEnd) => void;
}

/** How long a process may take to stop before it is killed, in ms. */
const STOP_WITHIN_MS = 15_000;

/** A scheduler, workers and a dashboard as separate processes of the built apps, on given servers. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #members: FleetMember[] = [];
  /** Processes whose end is no surprise. */
  readonly #dismissed = new Set<FleetMember>();
  #started = 0;

  private constructor(options: FleetOptions) {
    this.#options = options;
  }

  /**
   * Starts all processes; resolves when each of them is ready.
   * @throws ProvingError `PROVING_APP_FAILED`, or the signal's reason; then nothing is left running.
   */
  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    options.signal?.throwIfAborted();
    options.signal?.addEventListener('abort', () => void fleet.stop(), { once: true });
    await mkdir(options.dir, { recursive: true });
    try {
      fleet.#launch('scheduler', 'scheduler');
      if (options.dashboard !== false) fleet.#launch('dashboard', 'dashboard');
      for (let i = 0; i < options.workers; i++) fleet.#launchWorker();
      await Promise.all(fleet.#members.map((member) => member.ready()));
      return fleet;
    } catch (error) {
      await fleet.stop();
      throw error;
    }
  }

  /** All processes ever started, those that have ended too. */
  get members(): readonly FleetMember[] {
    return this.#members;
  }

  /** The workers that are running. */
  get workers(): readonly FleetMember[] {
    return this.#members.filter(({ app, isRunning }) => app === 'worker' && isRunning);
  }

  get dashboard(): FleetMember | undefined {
    return this.#members.find(({ app }) => app === 'dashboard');
  }

  /** Starts one more worker; resolves when it is ready. */
  async addWorker(): Promise<FleetMember> {
    const worker = this.#launchWorker();
    await worker.ready();
    return worker;
  }

  /** Sends a signal that is to end the process, and waits for its end. */
  async kill(member: FleetMember, signal: NodeJS.Signals = 'SIGKILL'): Promise<MemberEnd> {
    this.#dismissed.add(member);
    member.signal(signal);
    return await member.ended;
  }

  /** Stops all processes in order (SIGTERM; SIGKILL after 15 s) and waits for their ends. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#members.map(async (member) => {
        const timer = setTimeout(() => member.signal('SIGKILL'), STOP_WITHIN_MS);
        await this.kill(member, 'SIGTERM');
        clearTimeout(timer);
      }),
    );
  }

  #launchWorker(): FleetMember {
    this.#started += 1;
    return this.#launch('worker', `worker ${this.#started}`);
  }

  #launch(app: AppName, name: string): FleetMember {
    const { dir, onUnexpectedEnd } = this.#options;
    const logFile = join(dir, `${name.replace(' ', '-')}.log`);
    const member = new FleetMember({ app, name, env: fleetEnv(this.#options), cwd: dir, logFile });
    this.#members.push(member);
    void member.ended.then((end) => {
      if (!this.#dismissed.has(member)) onUnexpectedEnd?.(member, end);
    });
    return member;
  }
}
