import { expect, it } from 'vitest';
import { summaryOf } from '../../src/keys/key-summary.js';

it('a document that names neither type nor stream is shown as of an unknown type, by the name of its key', () => {
  expect(summaryOf({ _id: 'user:1', what: 'is this' })).toMatchObject({
    ...{ key: 'user:1', keyType: 'unknown', stream: 'user:1', type: 'main' },
    ...{ status: 'active', lag: 0, error: null },
  });
});
