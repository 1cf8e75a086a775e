import { expect, it } from 'vitest';
import { Lack } from '../src/lack.js';

/** Three items have been missing in two readings. */
function threeMissing(): Lack {
  const lack = new Lack();
  lack.note(3);
  expect(lack.isNew).toBe(false);
  lack.note(3);
  expect(lack.isNew).toBe(true);
  return lack;
}

it('items that stay missing cause one search', async () => {
  const lack = threeMissing();
  await lack.settleBy(async () => lack.note(3));
  expect(lack.isNew).toBe(false);
  lack.note(4);
  lack.note(4);
  expect(lack.isNew).toBe(true);
});

it('a search that failed is due again', async () => {
  const lack = threeMissing();
  const failing = lack.settleBy(async () => {
    lack.note(3);
    throw new Error('no answer');
  });
  await expect(failing).rejects.toThrow('no answer');
  expect(lack.isNew).toBe(true);
});
