import { describe, expect, it } from 'vitest';
import { saysComplete } from '../src/chaos/verdict-watch.js';

const reason = (code: 'entries-lost' | 'records-refused' | 'searching' | 'no-worker') => ({
  code,
  level: 'broken' as const,
  what: '',
  remedy: '',
});

describe('a verdict that is compared with what was written', () => {
  it('says complete, or reports nothing but losses and dead letters', () => {
    expect(saysComplete({ reasons: [] })).toBe(true);
    expect(saysComplete({ reasons: [reason('entries-lost'), reason('records-refused')] })).toBe(true);
  });

  it('gives no other reason', () => {
    expect(saysComplete({ reasons: [reason('entries-lost'), reason('searching')] })).toBe(false);
    expect(saysComplete({ reasons: [reason('no-worker')] })).toBe(false);
  });
});
