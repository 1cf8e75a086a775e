import type { Fleet } from '../fleet/fleet.js';
import { processUsage } from '../program/process-usage.js';
import { repeatEvery } from '../program/repeat-every.js';

const EVERY_MS = 1_000;

/** The most memory that any process of each app held, in bytes. */
export class MemoryWatch {
  readonly peaks = new Map<string, number>();

  /** Reads until the signal aborts. */
  async run(fleet: Fleet, signal: AbortSignal): Promise<void> {
    await repeatEvery(EVERY_MS, signal, async () => {
      for (const { app, pid, isRunning } of fleet.members) {
        if (!isRunning || pid === undefined) continue;
        const { bytes } = await processUsage(pid).catch(() => ({ bytes: 0 })); // it has just ended
        this.peaks.set(app, Math.max(bytes, this.peaks.get(app) ?? 0));
      }
    });
  }
}
