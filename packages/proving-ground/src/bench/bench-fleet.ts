import { Fleet } from '../fleet/fleet.js';
import { newPassword } from '../fleet/fleet-env.js';
import { type AppName, endText } from '../fleet/fleet-member.js';
import { openRedis } from '../program/open-redis.js';
import { untilMoved } from '../program/until-moved.js';
import { ProvingError } from '../proving-error.js';
import type { BenchEnvironment, MongoTarget } from './bench-environment.js';

export interface BenchFleetOptions {
  readonly workers?: number;
  /** Default: false. */
  readonly dashboard?: boolean;
  /** Options of the apps by their environment names. */
  readonly options?: Readonly<Record<string, string>>;
}

/**
 * Reading the counts costs the workers CPU. The next read is after half of the estimated remaining time,
 * within these limits, in ms.
 */
const [LEAST_POLL_MS, MOST_POLL_MS] = [100, 1_000];
const QUEUE_POLL_MS = 20;
/** A wait fails after this long without progress, in ms. */
const STALL_MS = 90_000;

/** Set once a process has ended by itself. */
interface Fate {
  failure: ProvingError | undefined;
}

/** A scheduler and workers, as separate processes, with the queue in a Redis database of its own. */
export class BenchFleet implements AsyncDisposable {
  private constructor(
    private readonly bench: BenchEnvironment,
    private readonly fleet: Fleet,
    private readonly fate: Fate,
  ) {}

  /** Resolves when all processes are ready. */
  static async start(
    bench: BenchEnvironment,
    target: MongoTarget,
    { workers = 1, dashboard = false, options = {} }: BenchFleetOptions = {},
  ): Promise<BenchFleet> {
    const fate: Fate = { failure: undefined };
    const fleet = await Fleet.start({
      redisUrl: bench.redisServer.url,
      mongoUri: target.uri,
      mongoDbName: target.dbName,
      queuePrefix: 'bench',
      dashboardPassword: newPassword(),
      workers,
      dashboard,
      options: { QUEUE_REDIS_URL: bench.queueRedisUrl, ...options },
      dir: await bench.nextDir(),
      signal: AbortSignal.any([bench.signal]),
      onUnexpectedEnd: (member, end) => {
        const what = `${member.name} ended by itself with ${endText(end)}`;
        fate.failure = new ProvingError('PROVING_APP_FAILED', what);
      },
    });
    return new BenchFleet(bench, fleet, fate);
  }

  /** Pids of the scheduler and the workers. */
  get pids(): number[] {
    return [...this.pidsOf('scheduler'), ...this.pidsOf('worker')];
  }

  /** Pids of an app's running processes. */
  pidsOf(app: AppName): number[] {
    return this.fleet.running(app).flatMap(({ pid }) => pid ?? []);
  }

  /** The counters of all running workers, summed. */
  async counts(): Promise<Counts> {
    const pages = await Promise.all(
      this.fleet.running('worker').map(async ({ address }) => {
        const response = await fetch(`${address}/metrics`, { signal: AbortSignal.timeout(10_000) });
        return await response.text();
      }),
    );
    return countsIn(pages);
  }

  /**
   * Resolves when the running workers have written this many entries of a type, or found them already there,
   * and have saved their positions. A value counts as one entry.
   * @throws ProvingError `PROVING_STALLED` after 90 s without progress, `PROVING_APP_FAILED` if a process
   * ended by itself.
   */
  async untilMoved(keyType: string, entries: number): Promise<void> {
    await this.#until((counts) => counts.moved(keyType), entries, `entries of type ${keyType}`);
  }

  /** Number of runs with this outcome since the running workers started: `synced`, `unchanged`, … */
  async ended(outcome: string): Promise<number> {
    return (await this.counts()).ended(outcome);
  }

  /**
   * Resolves when the queue's Redis at this address has this many job schedulers.
   * @throws as untilMoved of program/.
   */
  async untilScheduled(keys: number, queueUrl: string): Promise<void> {
    await this.#untilInQueue(queueUrl, 'job schedulers', keys, (queue) => queue.zcard('{bench}:sync:repeat'));
  }

  /**
   * Resolves when the first sweep has ended and no other one is running.
   * @throws as untilMoved of program/.
   */
  async untilSwept(queueUrl: string): Promise<void> {
    await this.#untilInQueue(queueUrl, 'sweep', 1, async (queue) => {
      const [endedAt, pending] = await queue.hmget('{bench}:sweep', 'endedAt', 'pending');
      return endedAt && pending === '' ? 1 : 0;
    });
  }

  async #untilInQueue(
    url: string,
    what: string,
    wanted: number,
    count: (queue: ReturnType<typeof openRedis>) => Promise<number>,
  ): Promise<void> {
    const queue = openRedis(url);
    const check = async () => {
      const reached = await count(queue);
      return { isDone: reached >= wanted, progress: reached, missing: () => [`${reached} of ${wanted}`] };
    };
    try {
      await untilMoved(what, check, { signal: this.bench.signal, pollMs: () => QUEUE_POLL_MS });
    } finally {
      queue.disconnect();
    }
  }

  /** Resolves when this many runs have ended with this outcome. @throws ProvingError as untilMoved does. */
  async untilEnded(outcome: string, keys: number): Promise<void> {
    await this.#until((counts) => counts.ended(outcome), keys, `keys that have ended as ${outcome}`);
  }

  async #until(count: (counts: Counts) => number, wanted: number, what: string): Promise<void> {
    const begin = performance.now();
    let first: number | undefined;
    let pollMs = LEAST_POLL_MS;
    const check = async () => {
      if (this.fate.failure) throw this.fate.failure;
      const reached = count(await this.counts());
      first ??= reached;
      const leftMs = ((wanted - reached) * (performance.now() - begin)) / Math.max(1, reached - first);
      pollMs = Math.min(MOST_POLL_MS, Math.max(LEAST_POLL_MS, leftMs / 2));
      return { isDone: reached >= wanted, progress: reached, missing: () => [`${reached} of ${wanted}`] };
    };
    await untilMoved(`${wanted} ${what}`, check, {
      signal: this.bench.signal,
      stallMs: STALL_MS,
      pollMs: () => pollMs,
    });
  }

  /** Kills the scheduler and all workers at the same time (SIGKILL). */
  async kill(): Promise<void> {
    const members = [...this.fleet.running('scheduler'), ...this.fleet.running('worker')];
    await Promise.all(members.map((member) => this.fleet.kill(member)));
  }

  /** Starts a scheduler and one worker after `kill`. Resolves when both are ready. */
  async restart(): Promise<void> {
    const members = [this.fleet.launch('scheduler'), this.fleet.launch('worker')];
    await Promise.all(members.map((member) => member.ready()));
  }

  /** Stops the workers by SIGTERM. The scheduler keeps running. */
  async stopWorkers(): Promise<void> {
    await Promise.all(this.fleet.running('worker').map((worker) => this.fleet.kill(worker, 'SIGTERM')));
  }

  /** Starts more workers. Resolves when all are ready. */
  async addWorkers(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.fleet.addWorker()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet.stop();
  }
}

/** Counters of workers. */
interface Counts {
  /** Entries of this type that were written or already there; a value counts as one. */
  moved(keyType: string): number;
  /** Runs with this outcome. */
  ended(outcome: string): number;
  /** Jobs that have ended, with any outcome. */
  readonly jobs: number;
}

const ENTRIES = /^r2m_entries_(?:written|already_there)_total\{key_type="([^"]+)"[^}]*\} (\d+)$/gm;
const JOBS = /^r2m_jobs_total\{outcome="([^"]+)"[^}]*\} (\d+)$/gm;

/** Sums the counters of the workers' metrics pages, which are in Prometheus's text format. */
export function countsIn(pages: readonly string[]): Counts {
  const sum = (line: RegExp, label?: string) => {
    const found = pages.flatMap((page) => [...page.matchAll(line)]);
    return found.reduce((total, [, is, count]) => ((label ?? is) === is ? total + Number(count) : total), 0);
  };
  return {
    jobs: sum(JOBS),
    moved: (keyType) => sum(ENTRIES, keyType),
    ended: (outcome) => sum(JOBS, outcome),
  };
}
