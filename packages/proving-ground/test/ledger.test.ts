import { describe, expect, it } from 'vitest';
import { Ledger } from '../src/generator/ledger.js';

describe('the ledger', () => {
  it('keeps the entries of each stream by life, in the order they were written', () => {
    const ledger = new Ledger();
    ledger.add('orders', '1-0', 11);
    ledger.add('orders', '2-0', 12);
    ledger.add('users', '2-0', 13);
    ledger.endLife('orders');
    ledger.add('orders', '3-0', 14);

    expect(ledger.lives('orders').map((life) => [...life])).toEqual([
      [
        { id: '1-0', digest: 11 },
        { id: '2-0', digest: 12 },
      ],
      [{ id: '3-0', digest: 14 }],
    ]);
    expect(ledger.count('orders')).toBe(3);
    expect(ledger.messages).toBe(4);
    expect([...ledger.streams]).toEqual(['orders', 'users']);
  });

  it('gives a life as often as it is asked for', () => {
    const ledger = new Ledger();
    ledger.add('orders', '1-0', 11);
    const [life] = ledger.lives('orders');
    expect([...(life ?? [])]).toEqual([...(life ?? [])]);
    expect([...(life ?? [])]).toHaveLength(1);
  });

  it('knows nothing of a stream that was never written', () => {
    expect(new Ledger().lives('orders')).toEqual([]);
    expect(new Ledger().count('orders')).toBe(0);
  });
});
