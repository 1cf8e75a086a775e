import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { collectionsUsed } from '../../src/database/collections-used.js';

const SOURCES = new URL('../../src/', import.meta.url);

it('every collection that the sink names is one of those whose privileges are asked for', () => {
  const used = collectionsUsed([]).all;
  const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const named = sources.flatMap((file) => {
    const text = readFileSync(new URL(file, SOURCES), 'utf8');
    // The collections of a router's database "config" are read where the user may.
    return [
      ...text.matchAll(
        /(?:(?<!db\('config'\)\.)\bcollection(?:<[^()]*>)?\(|\b(?:c|memberC)ollection: )'(\w+)'/g,
      ),
    ].map(([, name = '']) => name);
  });
  expect(new Set(named).size).toBeGreaterThan(7);
  expect(named.filter((name) => !used.includes(name))).toEqual([]);
});
