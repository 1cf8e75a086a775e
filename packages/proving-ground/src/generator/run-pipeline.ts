import type { ChainableCommander } from 'ioredis';
import { ProvingError } from '../proving-error.js';

/** Runs a pipeline. @throws ProvingError `PROVING_REDIS` when one of its commands failed. */
export async function runPipeline(pipeline: ChainableCommander): Promise<void> {
  for (const [error] of (await pipeline.exec()) ?? [])
    if (error)
      throw new ProvingError('PROVING_REDIS', `Redis refused a command: ${error.message}`, { cause: error });
}
