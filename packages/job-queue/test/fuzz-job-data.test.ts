import { keyBytes, placeOf, SyncError } from '@redis-to-mongo/pipeline';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuzz } from '../../../scripts/testing/fuzz.js';
import { parseJobData } from '../src/job-data.js';
import { schedulerId } from '../src/scheduler-id.js';

const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 12 }).map((rest) => `base64:${rest}`),
);
const payload = fc.oneof(
  fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true, withTypedArray: true }),
  fc.jsonValue(),
  fc.record({ key: fc.oneof(key, fc.anything()) }),
  fc.dictionary(fc.constantFrom('key', 'Key', '__proto__', 'constructor'), fc.anything(), { maxKeys: 3 }),
);

it('any payload of a job is a key that can be worked on, or is refused with JOB_INVALID', async () => {
  await fuzz(
    'job payloads',
    fc.property(payload, (data) => {
      let found: string;
      try {
        found = parseJobData(data).key;
      } catch (error) {
        expect(error).toBeInstanceOf(SyncError);
        expect(error).toMatchObject({ code: 'JOB_INVALID', errorClass: 'unknown' });
        return;
      }
      expect(found).not.toBe('');
      expect(keyBytes(found)).toBeInstanceOf(Buffer);
      expect(placeOf(found, ':info:').stream.length).toBeGreaterThan(0);
      expect(schedulerId(found)).toMatch(/^[\w-]+$/);
    }),
    3000,
  );
});
