import { describe, expect, it } from 'vitest';
import { type TempoFacts, tempoOf } from '../src/tempo.js';

const FACTS: TempoFacts = {
  baseMs: 1_000,
  ceilingMs: 3_600_000,
  isWatched: true,
  quietMs: 0,
  watchedKeys: 4,
};

describe('the interval of a key', () => {
  it('is the base where nothing would notice a change, however quiet the key is', () => {
    expect(tempoOf({ ...FACTS, isWatched: false, quietMs: 1e9 }, 1)).toBe(1_000);
  });

  it('is the base while the key changes', () => {
    expect(tempoOf({ ...FACTS, quietMs: 2_000 }, 10)).toBe(1_000);
  });

  it('is such that keys which change run about 10 jobs a second together, however many they are', () => {
    for (const keys of [11, 50, 200, 5_000])
      expect((keys * 1000) / tempoOf({ ...FACTS, watchedKeys: keys }, keys)).toBeLessThanOrEqual(10);
    expect(tempoOf({ ...FACTS, watchedKeys: 50 }, 50)).toBeLessThanOrEqual(16_000);
  });

  it('grows with the quiet, step by step, and ends at the ceiling', () => {
    const steps = [8, 32, 128, 512, 2048, 1e6].map((sec) => tempoOf({ ...FACTS, quietMs: sec * 1000 }, 1));
    expect(steps).toEqual([4_000, 16_000, 64_000, 256_000, 1_024_000, 3_600_000]);
  });

  it('is such that 100,000 quiet keys together run no more than 2 jobs a second', () => {
    const facts = { ...FACTS, ceilingMs: 86_400_000, quietMs: 9_000, watchedKeys: 100_000 };
    expect(100_000 / (tempoOf(facts, 0) / 1000)).toBeLessThanOrEqual(2);
  });

  it('is not the base for all of very many keys that change: the watch carries them', () => {
    expect(tempoOf({ ...FACTS, watchedKeys: 10_000 }, 10_000)).toBeGreaterThan(100_000);
  });

  it('is never longer than the ceiling, nor shorter than the base where that is above it', () => {
    expect(tempoOf({ ...FACTS, ceilingMs: 10_000, quietMs: 1e9 }, 1)).toBe(10_000);
    expect(tempoOf({ ...FACTS, baseMs: 60_000, ceilingMs: 10_000, quietMs: 1e9 }, 1)).toBe(60_000);
  });
});
