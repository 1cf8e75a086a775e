import type { Line, SliceLimits } from '@redis-to-mongo/pipeline';
import type { Servers } from './servers.js';

/** The line as a worker has it, in this process. Makes the indexes that are not there yet. */
export async function openLine(servers: Servers): Promise<{ line: Line; slice: SliceLimits }> {
  const operations = await import('@redis-to-mongo/operations');
  return await operations.openLine(await servers.config(), await servers.db(), await servers.redis());
}
