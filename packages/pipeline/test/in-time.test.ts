import { expect, it } from 'vitest';
import { inTime } from '../src/index.js';

const late = () => new Error('late');
const never = new Promise<string>(() => {});

it('work that is done in time gives what it gives', async () => {
  expect(await inTime(Promise.resolve('done'), 10_000, late)).toBe('done');
  await expect(inTime(Promise.reject(new Error('failed')), 10_000, late)).rejects.toThrow('failed');
});

it('work that is not is left, and what it fails with later is nobody’s', async () => {
  await expect(inTime(never, 5, late)).rejects.toThrow('late');
  let fail: (error: Error) => void = () => {};
  const work = new Promise<string>((_, reject) => {
    fail = reject;
  });
  await expect(inTime(work, 5, late)).rejects.toThrow('late');
  fail(new Error('unhandled, it would fail this test'));
});
