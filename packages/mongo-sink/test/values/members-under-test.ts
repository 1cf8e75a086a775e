import { createHash } from 'node:crypto';
import {
  type Element,
  firstState,
  hashedLayout,
  type MembersWrite,
  type ValueDocument,
} from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { elementsOf, parseManifest } from '../../src/values/value-manifest.js';
import { MembersWriter } from '../../src/values/value-members-writer.js';
import { ValueWriter } from '../../src/values/value-writer.js';

const KEY = 'large';
export const STATE = firstState(KEY, { stream: KEY, type: 'main' }, 'hash', new Date());
export const RETRY = { baseMs: 1, capMs: 1, forMs: 10_000 };

/** Where the members are, and what belongs to them. */
const COLLECTIONS = ['keys', 'hashes', 'hash_fields', 'value_fingerprints'];

/** Empties the collections of a hash and its members. */
export async function removeAll(db: Db): Promise<void> {
  for (const name of COLLECTIONS) await db.collection(name).deleteMany();
}

const elementOf = (field: string): Element => ({
  fingerprint: createHash('md5').update(field).digest(),
  index: 0,
  bytes: 100,
  document: (): ValueDocument => ({ field }),
});

/** A value that holds in turn what the passes say, and the last of it from then on. @param rule by which it is made. */
export function writeOf(passes: readonly (readonly string[])[], rule?: string) {
  let pass = 0;
  return {
    rule,
    kind: 'members' as const,
    collection: 'hashes',
    memberCollection: 'hash_fields',
    formFields: [],
    layout: hashedLayout(1),
    hint: undefined,
    isTrusted: true,
    history: false,
    scan: async function* (): AsyncGenerator<readonly Element[], boolean> {
      const fields = passes[Math.min(pass, passes.length - 1)] ?? [];
      pass++;
      yield fields.map(elementOf);
      return pass >= passes.length;
    },
    manifest: () => ({
      ...{ stream: KEY, type: 'main', incarnation: 1, active: true, size: 1 },
      ...(rule === undefined ? {} : { rule }),
    }),
  } satisfies MembersWrite;
}

/** The members that a reader finds, in order. */
export async function membersIn(db: Db): Promise<string[]> {
  const stored = await db.collection<{ _id: string }>('hashes').findOne({ _id: KEY });
  const elements = await db
    .collection('hash_fields')
    .find(elementsOf(parseManifest(stored ?? {})) as Document)
    .toArray();
  return elements.map(({ field }) => String(field)).toSorted();
}

export function writerOn(db: Db, signal?: AbortSignal): MembersWriter {
  const values = new ValueWriter(db, 1 << 20);
  return new MembersWriter(db, {
    bufferBytes: 1,
    sealElements: 1,
    retry: signal ? { ...RETRY, signal } : RETRY,
    stale: (write, state) => values.stale(write, state),
  });
}

/** A scan that fails after its first page. */
export const failsAfter = (fields: readonly string[]) =>
  async function* (): AsyncGenerator<readonly Element[], boolean> {
    yield fields.map(elementOf);
    throw new Error('it fails');
  };

/** The database, whose commands, and those of its collections, go through `onCall`: their name, what they are given, and what runs them. */
export function dbThrough(
  db: Db,
  onCall: (name: string, args: readonly unknown[], run: () => unknown) => unknown,
): Db {
  const within = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, member) {
        const own: unknown = Reflect.get(target, member);
        if (typeof own !== 'function') return own;
        return (...args: unknown[]) => {
          const run = (): unknown => Reflect.apply(own, target, args);
          return member === 'collection' ? within(run() as object) : onCall(String(member), args, run);
        };
      },
    });
  return within(db);
}
