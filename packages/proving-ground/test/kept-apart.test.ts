import { expect, it } from 'vitest';
import { KeptApart } from '../src/chaos/kept-apart.js';

it('runs losses of one kind at once, and those of the other kind only after the time between', async () => {
  const apart = new KeptApart(100, new AbortController().signal);
  const done: string[] = [];
  const lose = async (what: 'queue' | 'target', name: string) => {
    await apart.run(what, async () => void done.push(name));
    return performance.now();
  };
  await lose('target', 'dropped');
  const setBackAt = await lose('target', 'set back');
  const emptied = lose('queue', 'emptied');
  expect(await lose('target', 'dropped again')).toBeLessThan(await emptied);
  expect(done).toEqual(['dropped', 'set back', 'dropped again', 'emptied']);
  expect((await emptied) - setBackAt).toBeGreaterThan(99);
});
