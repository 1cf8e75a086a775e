import { ruleBook } from '@redis-to-mongo/key-types';
import { type Step, syncKey } from '@redis-to-mongo/pipeline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ValueUnderTest, valueUnderTest, wholeSlice } from './types/value-under-test.js';

let under: ValueUnderTest;
beforeAll(async () => {
  under = await valueUnderTest();
});
afterAll(async () => {
  await under.close();
});

const rules = ruleBook([{ pattern: '*', types: ['hash'], shape: 'document', gone: 'mark' }]);
const lineWith = (at: (step: Step) => Promise<void> | void) => under.line({ rules }, { rules, at });
/** As the runs do that follow one that did not end well. */
const settle = async (key: string) => {
  for (let result = 'overtaken'; result === 'overtaken'; )
    ({ result } = await syncKey(
      lineWith(() => {}),
      key,
      wholeSlice(),
      true,
    ));
};

it.each([
  ['a first value', false, 3],
  ['a newer value', true, 3],
  ['a first large value', false, 200],
  ['a newer large value', true, 200],
])(
  'a key whose values stay as they were last, marked: %s was written, the worker died, and the key went',
  async (key, isKnown, fields) => {
    const fill = (value: string) =>
      under.redis.hset(key, Object.fromEntries(Array.from({ length: fields }, (_, i) => [`f${i}`, value])));
    if (isKnown) {
      await fill('before');
      await settle(key);
    }
    await fill('last');
    const dying = lineWith((step) => {
      if (step === 'after-write') throw new Error('the worker dies');
    });
    await expect(syncKey(dying, key, wholeSlice())).rejects.toThrow('the worker dies');
    await under.redis.del(key);
    await settle(key);
    expect(await under.manifest('hashes', key)).toMatchObject({
      _redis: { active: false, goneAt: expect.any(Date) },
    });
  },
);
