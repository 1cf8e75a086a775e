import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until what is expected holds: often at first, then less, and less where a check takes its time: it costs the servers something, too. */
export async function until(expected: () => Promise<void> | void, timeout = 120_000): Promise<void> {
  const ends = performance.now() + timeout;
  for (let waitMs = 20; ; waitMs = Math.min(1.3 * waitMs, 250)) {
    const began = performance.now();
    try {
      await expected();
      return;
    } catch (error) {
      if (performance.now() > ends) throw error;
    }
    await sleep(Math.min(1_000, Math.max(waitMs, 3 * (performance.now() - began))));
  }
}
