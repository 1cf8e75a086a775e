import { canonicalKeyId, keyBytes, placeOf, SyncError } from '@redis-to-mongo/pipeline';
import { fuzz } from '@redis-to-mongo/test-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KEYS_PER_JOB, parseJobData } from '../src/job-data.js';
import { keyHash } from '../src/scheduler-id.js';

const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 12 }).map((rest) => `base64:${rest}`),
);
const payload = fc.oneof(
  fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true, withTypedArray: true }),
  fc.jsonValue(),
  fc.record({ key: fc.oneof(key, fc.anything()) }),
  fc.record({ keys: fc.oneof(fc.array(key, { maxLength: 20 }), fc.array(fc.anything()), fc.anything()) }),
  fc.dictionary(fc.constantFrom('key', 'keys', 'Key', '__proto__', 'constructor'), fc.anything(), {
    maxKeys: 3,
  }),
);

it('any payload of a job is keys that can be worked on, or is refused with JOB_INVALID', async () => {
  await fuzz(
    'job payloads',
    fc.property(payload, (data) => {
      let found: readonly string[];
      try {
        found = parseJobData(data).keys;
      } catch (error) {
        expect(error).toBeInstanceOf(SyncError);
        expect(error).toMatchObject({ code: 'JOB_INVALID', errorClass: 'unknown' });
        return;
      }
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThanOrEqual(KEYS_PER_JOB);
      expect(new Set(found).size).toBe(found.length);
      for (const name of found) {
        expect(keyBytes(name)).toBeInstanceOf(Buffer);
        const key = canonicalKeyId(name);
        expect(key).not.toBe('');
        expect(placeOf(key, ':info:').stream).not.toBe('');
        expect(keyHash(name)).toMatch(/^[\w-]+$/);
      }
    }),
    3000,
  );
});
