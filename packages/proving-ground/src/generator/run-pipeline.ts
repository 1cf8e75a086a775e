import type { ChainableCommander, Redis } from 'ioredis';
import { ProvingError } from '../proving-error.js';

/** Runs a pipeline, and returns the replies. @throws ProvingError `PROVING_REDIS` if one of its commands fails. */
export async function runPipeline(pipeline: ChainableCommander): Promise<unknown[]> {
  return ((await pipeline.exec()) ?? []).map(([error, reply]) => {
    if (!error) return reply;
    throw new ProvingError('PROVING_REDIS', `Redis refused a command: ${error.message}`, { cause: error });
  });
}

/** Commands per pipeline: enough to fill the connection, few enough not to block Redis. */
const AT_ONCE = 2_000;

/** Adds commands for each number from 0 up to `count`, 2,000 numbers per pipeline. @throws as runPipeline. */
export async function runPipelines(
  redis: Redis,
  count: number,
  add: (pipeline: ChainableCommander, n: number) => void,
): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    const pipeline = redis.pipeline();
    for (let n = from; n < Math.min(count, from + AT_ONCE); n++) add(pipeline, n);
    await runPipeline(pipeline);
  }
}
