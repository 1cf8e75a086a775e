import { createHash } from 'node:crypto';
import {
  type DocumentShape,
  firstState,
  hashedLayout,
  type MembersWrite,
  OURS,
  type ReplaceWrite,
  type ValueDocument,
} from '@redis-to-mongo/pipeline';
import { expect, test } from 'vitest';
import { mirroredValues, readMirroredValue } from '../../src/values/mirrored-values.js';
import { MembersWriter } from '../../src/values/value-members-writer.js';
import type { StoredId, StoredValue } from '../../src/values/value-place.js';
import { ValueWriter } from '../../src/values/value-writer.js';
import { mongoForTests } from '../mongo-for-tests.js';

const mongo = mongoForTests();
const SHAPED: DocumentShape = { names: {} };

/** The writers of a hash, and the writes that make it large, small, or retire it. */
function hashOf(key: string, shape: DocumentShape | undefined) {
  const values = new ValueWriter(mongo.db, 1 << 20);
  const members = new MembersWriter(mongo.db, {
    bufferBytes: 1,
    sealElements: 1,
    retry: { baseMs: 1, capMs: 1, forMs: 10_000 },
    stale: (write, state) => values.stale(write, state),
  });
  const first = firstState(key, { stream: key, type: 'main' }, 'hash', new Date());
  const about = { stream: key, type: 'main', incarnation: 1, expiresAt: null };
  const common = { collection: 'hashes', memberCollection: 'hash_fields', formFields: ['fields'], shape };
  const large: MembersWrite = {
    ...common,
    kind: 'members',
    layout: hashedLayout(1),
    hint: undefined,
    isTrusted: true,
    history: false,
    scan: async function* () {
      yield ['a', 'b', 'c'].map((field) => ({
        fingerprint: createHash('md5').update(field).digest(),
        index: 0,
        bytes: 100,
        document: (): ValueDocument => ({ field, value: 'text' }),
      }));
      return true;
    },
    manifest: () => ({ ...about, active: true, size: 3 }),
  };
  const small = (hasMembers: boolean, active: boolean): ReplaceWrite => ({
    ...common,
    kind: 'replace',
    hasMembers,
    bytes: 100,
    document: { ...about, active, form: 'inline', size: 1, fields: { d: 'text' } },
  });
  return {
    first,
    makeLarge: () => members.write(first, large),
    replace: (hasMembers: boolean, active: boolean) =>
      values.replace({ ...first, revision: 1 }, small(hasMembers, active)),
  };
}

test.each([
  ['becomes small', true, undefined, undefined],
  ['is retired', false, undefined, undefined],
  ['becomes small, in a shape', true, SHAPED, SHAPED],
  ['is retired, in a shape', false, SHAPED, SHAPED],
  ['becomes small, in another shape', true, undefined, SHAPED],
])('a large value that %s while it is read: the reader is told', async (name, active, from, to) => {
  const hash = hashOf(name, from);
  await hash.makeLarge();
  const value = await readMirroredValue(mongo.db, 'hash', hash.first);
  await hashOf(name, to).replace(true, active);
  await expect(value?.items().next()).rejects.toMatchObject({ code: 'VALUE_CHANGED_WHILE_READ' });
});

test('a manifest’s generation is gone with its form: what was read before and after is not the same', async () => {
  const hash = hashOf('generation', undefined);
  const manifest = () => mongo.db.collection<{ _id: string }>('hashes').findOne({ _id: 'generation' });
  await hash.makeLarge();
  expect(await manifest()).toMatchObject({ form: 'members', generation: expect.any(Number) });
  await hash.replace(false, true);
  expect(await manifest()).not.toHaveProperty('generation');
});

test('values of many keys are found though rules made the same text and number their ids', async () => {
  const states = (['text', 'number'] as const).map((kind) => ({
    ...firstState(`a ${kind}`, { stream: `a ${kind}`, type: 'main' }, 'hash', new Date()),
    documentId: { kind, text: '5' },
  }));
  const ids: readonly StoredId[] = ['5', 5];
  await mongo.db.collection<StoredValue>('hashes').insertMany(
    states.map(({ key }, i) => ({
      _id: ids[i] ?? '',
      [OURS]: { key, active: true, revision: 1, incarnation: 1, form: 'inline', size: 1 },
    })),
  );
  const found: string[] = [];
  for await (const [{ key }] of mirroredValues(mongo.db, states)) found.push(key);
  expect(found.sort()).toEqual(['a number', 'a text']);
});
