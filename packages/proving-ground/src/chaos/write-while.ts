import { setMaxListeners } from 'node:events';
import type { ChaosLoad } from './chaos-load.js';

/** Lets the load write while the work is done; whichever fails ends both. */
export async function writeWhile(load: ChaosLoad, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // each value's writer waits by it
  const writing = load.run(stop.signal);
  try {
    await Promise.race([work(), writing]);
  } finally {
    stop.abort();
  }
  await writing;
}
