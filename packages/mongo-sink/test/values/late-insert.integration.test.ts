import { createHash } from 'node:crypto';
import {
  type Element,
  firstState,
  hashedLayout,
  type MembersWrite,
  type ValueDocument,
} from '@redis-to-mongo/pipeline';
import { type Db, type Document, MongoNetworkError } from 'mongodb';
import { expect, test } from 'vitest';
import { elementsOf, parseManifest } from '../../src/values/value-manifest.js';
import { MembersWriter } from '../../src/values/value-members-writer.js';
import { mongoForTests } from '../mongo-for-tests.js';

const mongo = mongoForTests();
const KEY = 'large';
const STATE = firstState(KEY, { stream: KEY, type: 'main' }, 'hash', new Date());
const layout = hashedLayout(1);

const elementOf = (field: string): Element => ({
  fingerprint: createHash('md5').update(field).digest(),
  index: 0,
  bytes: 100,
  document: (): ValueDocument => ({ field }),
});

/** A value that holds in turn what the passes say, and the last of it from then on. */
function writeOf(passes: readonly (readonly string[])[]): MembersWrite {
  let pass = 0;
  return {
    kind: 'members',
    collection: 'hashes',
    memberCollection: 'hash_fields',
    formFields: [],
    layout,
    hint: undefined,
    isTrusted: true,
    history: false,
    scan: async function* () {
      const fields = passes[Math.min(pass, passes.length - 1)] ?? [];
      pass++;
      yield fields.map(elementOf);
      return pass >= passes.length;
    },
    manifest: () => ({ stream: KEY, type: 'main', incarnation: 1, active: true, size: 1 }),
  };
}

/** The database, with the answer to the first insert of elements lost; `late` is that insert, as it was sent. */
function losingAnAnswer(): { readonly db: Db; late(): Promise<unknown> } {
  let lost: Document | undefined;
  const db = new Proxy(mongo.db, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (name !== 'command') return member.bind(target);
      return async (command: Document, ...rest: unknown[]) => {
        const reply: unknown = await Reflect.apply(member, target, [command, ...rest]);
        if (command.insert === 'hash_fields' && !lost) {
          lost = command;
          throw new MongoNetworkError('the connection ended');
        }
        return reply;
      };
    },
  });
  return { db, late: async () => await mongo.db.command(lost ?? {}) };
}

const membersThere = async () => {
  const stored = await mongo.db.collection<{ _id: string }>('hashes').findOne({ _id: KEY });
  const elements = await mongo.db
    .collection('hash_fields')
    .find(elementsOf(parseManifest(stored ?? {})) as Document)
    .toArray();
  return elements.map(({ field }) => String(field)).toSorted();
};

test('an insert that arrives late brings back no element that has gone since', async () => {
  const { db, late } = losingAnAnswer();
  const options = {
    bufferBytes: 1,
    retry: { baseMs: 1, capMs: 1, forMs: 10_000 },
    stale: () => Promise.reject(new Error('stale')),
  };
  const writer = new MembersWriter(db, options);
  await expect(writer.write(STATE, writeOf([['old'], ['new']]))).rejects.toMatchObject({
    code: 'VALUE_UNCERTAIN',
    errorClass: 'overtaken',
  });
  await writer.write(STATE, writeOf([['new']]));
  await late();
  expect(await membersThere()).toEqual(['new']);
});
