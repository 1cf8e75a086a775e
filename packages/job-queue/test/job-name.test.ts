import { expect, test } from 'vitest';
import { jobName } from '../src/job-name.js';

test('a job is named by its first key and the number of the others, whatever the key is like', () => {
  expect(jobName(['orders'])).toBe('orders');
  expect(jobName(['orders', 'carts', 'users'])).toBe('orders and 2 more');
  expect(jobName([''])).toBe('(empty name)');
  expect(jobName(['k'.repeat(65_536)])).toBe(`${'k'.repeat(100)}…`);
  expect(jobName([`${'k'.repeat(99)}😀`])).toBe(`${'k'.repeat(99)}…`);
});
