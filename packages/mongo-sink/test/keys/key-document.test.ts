import { firstState, type KeyState, SyncError } from '@redis-to-mongo/pipeline';
import { describe, expect, it } from 'vitest';
import { fromKeyDocument, toKeyDocument } from '../../src/keys/key-document.js';

const AT = new Date('2026-11-26T12:00:00Z');

describe('a key’s document', () => {
  it('holds every field of a state, and gives the state back', () => {
    const state: Required<KeyState> = {
      ...firstState('cart:1', { stream: 'cart', type: 'main' }, 'hash', AT),
      revision: 3,
      position: { form: 'inline', digest: 'd', items: 1 },
      collection: 'carts',
      documentId: { text: '1', kind: 'number' },
      rule: 'r1',
      formerPlaces: [{ collection: null, documentId: null }],
      lastError: { code: 'KEY_REFUSED', message: 'no', at: AT },
      pausedAt: AT,
    };
    const { key, ...fields } = state;
    expect(toKeyDocument(state, 'me')).toEqual({ _id: key, ...fields, savedBy: 'me' });
    expect(fromKeyDocument(toKeyDocument(state, 'me'))).toEqual(state);
  });

  it('holds no field for what no rule said', () => {
    const state = firstState('cart:1', { stream: 'cart', type: 'main' }, 'hash', AT);
    expect(Object.keys(toKeyDocument(state, 'me'))).not.toContain('collection');
    expect(fromKeyDocument(toKeyDocument(state, 'me'))).toEqual(state);
  });

  it('is refused where the fleet did not make it', () => {
    expect(() => fromKeyDocument({ _id: 'cart:1' })).toThrow(SyncError);
  });
});
