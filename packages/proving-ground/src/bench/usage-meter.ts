import { type ProcessUsage, processUsage } from './process-usage.js';

/** Whose CPU is counted. */
export interface Parties {
  /** Pids of all processes of the system under test. */
  readonly ours: readonly number[];
  readonly redis: number | undefined;
  /** undefined for a server that was given by its address. */
  readonly mongo: number | undefined;
}

/** What was used between the two ends of a measurement. */
export interface Usage {
  readonly seconds: number;
  /** CPU seconds of the system under test. */
  readonly cpu: number;
  readonly redisCpu: number | undefined;
  /** undefined if the server was given by its address. */
  readonly mongoCpu: number | undefined;
  /** The most memory that its processes held, each at its own peak, summed up, in bytes. */
  readonly peakBytes: number;
}

/** Begins to measure; the function that comes back ends it, and takes the pids of ours that began meanwhile. */
export async function meter(parties: Parties): Promise<(begun?: readonly number[]) => Promise<Usage>> {
  const from = await readAll(parties);
  const begin = performance.now();
  return async (begun = []) => {
    const seconds = (performance.now() - begin) / 1000;
    const to = await readAll({ ...parties, ours: [...parties.ours, ...begun] });
    return {
      seconds,
      cpu: cpu(to.ours) - cpu(from.ours),
      redisCpu: to.redis && from.redis && to.redis.cpuSeconds - from.redis.cpuSeconds,
      mongoCpu: to.mongo && from.mongo && to.mongo.cpuSeconds - from.mongo.cpuSeconds,
      peakBytes: to.ours.reduce((sum, { peakBytes }) => sum + peakBytes, 0),
    };
  };
}

async function readAll({ ours, redis, mongo }: Parties) {
  const one = async (pid: number | undefined) => (pid === undefined ? undefined : await processUsage(pid));
  const [all, ofRedis, ofMongo] = await Promise.all([
    Promise.all(ours.map((pid) => processUsage(pid))),
    one(redis),
    one(mongo),
  ]);
  return { ours: all, redis: ofRedis, mongo: ofMongo };
}

function cpu(all: readonly ProcessUsage[]): number {
  return all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}
