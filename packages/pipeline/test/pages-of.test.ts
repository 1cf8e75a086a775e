import { expect, it } from 'vitest';
import { pagesOf } from '../src/pages-of.js';

async function* upTo(count: number, end: () => void): AsyncGenerator<number> {
  try {
    for (let i = 0; i < count; i++) yield i;
  } finally {
    end();
  }
}

it('pages are full but for the last one, which is not empty', async () => {
  for (const [count, sizes] of [
    [0, []],
    [4, [2, 2]],
    [5, [2, 2, 1]],
  ] as const) {
    const found: number[] = [];
    for await (const page of pagesOf(
      upTo(count, () => {}),
      2,
    ))
      found.push(page.length);
    expect(found).toEqual(sizes);
  }
});

it('pages of large items have fewer', async () => {
  const MIB = 1024 * 1024;
  const sizes = [1, 1, 6 * MIB, 3 * MIB, 20 * MIB, 1, 1, 1, 1];
  async function* items() {
    yield* sizes;
  }
  const found: number[][] = [];
  for await (const page of pagesOf(items(), 3, (size) => size)) found.push(page);
  expect(found).toEqual([[1, 1, 6 * MIB], [3 * MIB, 20 * MIB], [1, 1, 1], [1]]);
});

it('whoever wants no more pages ends what they come from', async () => {
  let isEnded = false;
  const items = upTo(10, () => {
    isEnded = true;
  });
  for await (const page of pagesOf(items, 2)) if (page[0] === 2) break;
  expect(isEnded).toBe(true);
});
