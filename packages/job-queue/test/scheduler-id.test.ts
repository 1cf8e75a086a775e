import { describe, expect, it } from 'vitest';
import { keyHash, phaseMs } from '../src/scheduler-id.js';

const DAY_MS = 86_400_000;
const phases = (keys: number, everyMs: number) =>
  Array.from({ length: keys }, (_, i) => phaseMs(keyHash(`stream:${i}`), everyMs));

describe('the moment of a key’s job in its interval', () => {
  it('is within the interval, and the same each time', () => {
    for (const everyMs of [1, 7, 1_000, 60_000, DAY_MS]) {
      const found = phases(200, everyMs);
      expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...found)).toBeLessThan(everyMs);
      expect(phases(200, everyMs)).toEqual(found);
    }
  });

  it('is another one for nearly each of some hundred keys, all over the interval', () => {
    for (const everyMs of [60_000, DAY_MS]) {
      const found = phases(400, everyMs);
      expect(new Set(found).size).toBeGreaterThan(380);
      for (const tenth of Array.from({ length: 10 }, (_, i) => i))
        expect(found.filter((ms) => Math.floor((10 * ms) / everyMs) === tenth).length).toBeGreaterThan(20);
    }
  });

  it('is one that others of very many keys have, too: a day has one every ten seconds', () => {
    const found = phases(100_000, DAY_MS);
    expect(found.every((ms) => ms % 10_000 === 0)).toBe(true);
    const counts = new Map<number, number>();
    for (const ms of found) counts.set(ms, (counts.get(ms) ?? 0) + 1);
    expect(counts.size).toBeGreaterThan(8_600);
    expect(Math.max(...counts.values())).toBeLessThan(40);
  });
});
