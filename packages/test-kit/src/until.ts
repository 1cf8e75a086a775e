import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until `expected` no longer throws. It polls often at first, then more slowly, and even more slowly if
 * a check takes long, because checks cost the servers CPU.
 * @param timeout in ms.
 * @throws the last error of `expected`.
 */
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
