import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FleetEnvOptions, fleetEnv } from './fleet-env.js';
import { type AppName, FleetMember, type MemberEnd } from './fleet-member.js';

export interface FleetOptions extends FleetEnvOptions {
  /** Initial number of workers. */
  readonly workers: number;
  /** Initial number of schedulers; all but one stand by. Default: 1. */
  readonly schedulers?: number;
  /** More options for every second worker. */
  readonly otherWorkers?: Readonly<Record<string, string>>;
  /** Default: true. */
  readonly dashboard?: boolean;
  /** The processes' working directory, with their logs. Created if missing. */
  readonly dir: string;
  /** Aborting it stops the fleet, also during the start. */
  readonly signal?: AbortSignal;
  /** Called when a process ends that the fleet neither killed nor stopped. */
  readonly onUnexpectedEnd?: (member: FleetMember, end: MemberEnd) => void;
}

/** Time from SIGTERM to SIGKILL, in ms. */
const STOP_WITHIN_MS = 15_000;

/** A scheduler, workers and a dashboard as separate processes of the built apps, on given servers. */
export class Fleet {
  readonly #members: FleetMember[] = [];
  readonly #guests: FleetMember[] = [];
  /** Processes that were told to end. */
  readonly #dismissed = new Set<FleetMember>();
  readonly #started = new Map<AppName, number>();

  private constructor(private readonly options: FleetOptions) {}

  /**
   * Starts all processes. Resolves when all are ready.
   * @throws ProvingError `PROVING_APP_FAILED`, or the signal's reason. Then no process is left running.
   */
  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    options.signal?.throwIfAborted();
    options.signal?.addEventListener('abort', () => void fleet.stop(), { once: true });
    await mkdir(options.dir, { recursive: true });
    try {
      for (let i = 0; i < (options.schedulers ?? 1); i++) fleet.launch('scheduler');
      if (options.dashboard !== false) fleet.launch('dashboard');
      for (let i = 0; i < options.workers; i++) fleet.launch('worker');
      await Promise.all(fleet.#members.map((member) => member.ready()));
      return fleet;
    } catch (error) {
      await fleet.stop();
      throw error;
    }
  }

  /** All processes that were started, including those that have ended. */
  get members(): readonly FleetMember[] {
    return this.#members;
  }

  /** The running processes of an app, in the order of their starts. */
  running(app: AppName): readonly FleetMember[] {
    return this.#members.filter((member) => member.app === app && member.isRunning);
  }

  /** Starts one more worker. Resolves when it is ready. */
  async addWorker(): Promise<FleetMember> {
    const worker = this.launch('worker');
    await worker.ready();
    return worker;
  }

  /** Sends a signal that ends the process, and waits until it has ended. */
  async kill(member: FleetMember, signal: NodeJS.Signals = 'SIGKILL'): Promise<MemberEnd> {
    this.#dismissed.add(member);
    member.signal(signal);
    return await member.ended;
  }

  /** Stops all processes (SIGTERM; SIGKILL after 15 s), and waits until they have ended. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.#members, ...this.#guests].map(async (member) => {
        const timer = setTimeout(() => member.signal('SIGKILL'), STOP_WITHIN_MS);
        member.signal('SIGCONT'); // a paused process would not react to SIGTERM
        await this.kill(member, 'SIGTERM');
        clearTimeout(timer);
      }),
    );
  }

  /** Starts one more process, named `worker 2` and so on. Does not wait until it is ready. */
  launch(app: AppName): FleetMember {
    const member = this.#launch(app, {});
    this.#members.push(member);
    void member.ended.then((end) => {
      if (!this.#dismissed.has(member)) this.options.onUnexpectedEnd?.(member, end);
    });
    return member;
  }

  /**
   * Starts a process with other options that does not belong to the fleet: `running` does not list it, and it
   * may end by itself.
   */
  launchGuest(app: AppName, env: Readonly<Record<string, string>>): FleetMember {
    const guest = this.#launch(app, env);
    this.#guests.push(guest);
    return guest;
  }

  #launch(app: AppName, more: Readonly<Record<string, string>>): FleetMember {
    const nth = (this.#started.get(app) ?? 0) + 1;
    this.#started.set(app, nth);
    const name = nth === 1 && app !== 'worker' ? app : `${app} ${nth}`;
    const { dir, otherWorkers } = this.options;
    const others = app === 'worker' && nth % 2 === 0 ? otherWorkers : {};
    const env = { ...fleetEnv(this.options), ...others, ...more };
    const logFile = join(dir, `${name.replace(' ', '-')}.log`);
    return new FleetMember({ app, name, env, cwd: dir, logFile });
  }
}
