import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { SyncError } from '../src/sync-error.js';
import { backoffMs, withRetry } from '../src/with-retry.js';

const options = { baseMs: 1, capMs: 4, forMs: 60_000 };
const transient = () => new SyncError('REDIS_UNAVAILABLE', 'transient', 'away');

describe('retry', () => {
  it('repeats a transient error until it succeeds, and reports each attempt', async () => {
    const attempts: number[] = [];
    let tries = 0;
    const result = await withRetry(
      async () => {
        if (++tries < 4) throw transient();
        return 'done';
      },
      { ...options, onRetry: (_, attempt) => attempts.push(attempt), onEnd: () => attempts.push(0) },
    );
    expect(result).toBe('done');
    expect(attempts).toEqual([1, 2, 3, 0]);
  });

  it.each(['configuration', 'unknown'] as const)(
    'does not repeat an error of class %s',
    async (errorClass) => {
      let tries = 0;
      const failing = withRetry(async () => {
        tries++;
        throw new SyncError('X', errorClass, 'no');
      }, options);
      await expect(failing).rejects.toMatchObject({ code: 'X' });
      expect(tries).toBe(1);
    },
  );

  it('gives up with the last error once its time is over, or its signal aborts', async () => {
    const failing = async () => {
      throw transient();
    };
    await expect(withRetry(failing, { ...options, forMs: 0 })).rejects.toMatchObject({
      code: 'REDIS_UNAVAILABLE',
    });
    const stop = new AbortController();
    const waiting = withRetry(failing, { baseMs: 60_000, capMs: 60_000, forMs: 1e9, signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  });

  it('gives up in time although the clock is set back meanwhile', async () => {
    vi.useFakeTimers();
    const failing = withRetry(
      async () => {
        vi.setSystemTime(0);
        throw transient();
      },
      { ...options, forMs: 1_000 },
    );
    const end = expect(failing).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    await vi.advanceTimersByTimeAsync(2_000);
    vi.useRealTimers();
    await end;
  });

  it('waits longer each time, up to the cap, with full jitter', () => {
    const bounds = { baseMs: 100, capMs: 5_000 };
    expect([1, 2, 3, 20, 500].map((attempt) => backoffMs(attempt, bounds, () => 1))).toEqual([
      100, 200, 400, 5_000, 5_000,
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (attempt) => {
        const wait = backoffMs(attempt, bounds);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(5_000);
      }),
    );
  });
});
