import { expect, it } from 'vitest';
import type { Ask, Item } from '../src/contract/value-type.js';
import { LIST } from '../src/list.js';
import { scanPages } from '../src/reading/scan-pages.js';

const KEY = Buffer.from('key');
const MIB = 1024 * 1024;

/** Answers LRANGE and HSCAN over these texts, and remembers how many items were asked for each time. */
function asked(texts: readonly Buffer[]) {
  const counts: number[] = [];
  const ask: Ask = async (command, _key, ...words) => {
    const [from, to] = words.map(Number);
    const count = command === 'LRANGE' ? (to ?? 0) - (from ?? 0) + 1 : Number(words[2]);
    counts.push(count);
    const end = (from ?? 0) + count;
    const part = texts.slice(from, end);
    return command === 'LRANGE'
      ? part
      : [String(end < texts.length ? end : 0), part.flatMap((text) => [text, text])];
  };
  return { ask, counts };
}

async function all(pages: AsyncIterable<readonly Item[]> | undefined): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const page of pages ?? []) found.push(...page);
  return found;
}

const readers = {
  LRANGE: (ask: Ask) => LIST.source.pages?.(ask, KEY, 1000),
  HSCAN: (ask: Ask) => scanPages('HSCAN', 2)(ask, KEY, 1000),
};

it.each(Object.entries(readers))(
  '%s asks for fewer large items at once than small ones',
  async (_, pages) => {
    const large = asked(Array.from({ length: 100 }, () => Buffer.alloc(2 * MIB)));
    expect(await all(pages(large.ask))).toHaveLength(100);
    expect(Math.max(...large.counts)).toBe(16);
    expect(Math.max(...large.counts.slice(1))).toBeLessThanOrEqual(2);

    const small = asked(Array.from({ length: 5000 }, (_each, i) => Buffer.from(`item ${i}`)));
    expect(new Set((await all(pages(small.ask))).map(String)).size).toBe(5000);
    expect(small.counts.slice(0, 4)).toEqual([16, 128, 1000, 1000]);
  },
);
