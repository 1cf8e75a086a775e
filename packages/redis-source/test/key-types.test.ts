import { existsSync, readdirSync } from 'node:fs';
import { KEY_TYPES } from '@redis-to-mongo/pipeline';
import { KEY_TYPE_ENTRIES } from '@redis-to-mongo/redis-source';
import { describe, expect, it } from 'vitest';

const inTypes = readdirSync(new URL('../src/types/', import.meta.url)).map((file) =>
  file.replace(/\.ts$/, ''),
);

describe('src/types', () => {
  it('has one file for each key type, and nothing else', () => {
    expect(inTypes.sort()).toEqual([...KEY_TYPES].sort());
  });

  it.each(inTypes)('%s has a test of its own and a line in the registry that tells its guarantee', (type) => {
    expect(existsSync(new URL(`types/${type}.integration.test.ts`, import.meta.url))).toBe(true);
    const entry = Object.entries(KEY_TYPE_ENTRIES).find(([name]) => name === type)?.[1];
    expect(entry?.guarantee.length).toBeGreaterThan(100);
  });
});
