import type { KeyState } from '@redis-to-mongo/pipeline';
import { fuzz } from '@redis-to-mongo/test-kit';
import fc from 'fast-check';
import { type Db, type Document, type FindCursor, MongoNetworkError } from 'mongodb';
import { expect, test } from 'vitest';
import { toKeyDocument } from '../../src/keys/key-document.js';
import { mongoForTests } from '../mongo-for-tests.js';
import {
  dbThrough,
  failsAfter,
  membersIn,
  removeAll,
  STATE,
  writeOf,
  writerOn,
} from './members-under-test.js';

const mongo = mongoForTests();

/**
 * What happens to a command of an attempt:
 * - lost: it does not arrive; unanswered: it is done, and nobody is told. Both are sent again.
 * - cut: of what it reads, half arrives; it is sent again.
 * - dies: the worker dies with it.
 * - held: the worker stands still before it, and goes on when others have been at the value.
 */
const FAULTS = ['none', 'lost', 'unanswered', 'cut', 'dies', 'held'] as const;

const RULES = [undefined, 'plain', 'shaped'] as const;

interface Attempt {
  /** What the value holds in each reading. */
  readonly passes: readonly (readonly string[])[];
  /** The last one has a shape. */
  readonly rule: (typeof RULES)[number];
  readonly isTrusted: boolean;
  /** It is given up in its last reading. */
  readonly isGivenUp: boolean;
  readonly fault: (typeof FAULTS)[number];
  /** Which of its commands the fault is about. */
  readonly at: number;
  /** Workers that were held go on before it. */
  readonly releases: boolean;
}

const fields = fc.subarray(['a', 'b', 'c', 'd', 'e', 'f']);
const attempt = fc.record<Attempt>({
  passes: fc.array(fields, { minLength: 1, maxLength: 3 }),
  rule: fc.constantFrom(...RULES),
  isTrusted: fc.boolean(),
  isGivenUp: fc.nat(3).map((n) => n === 0),
  fault: fc.constantFrom(...FAULTS),
  at: fc.nat(16),
  releases: fc.nat(3).map((n) => n === 0),
});

/** What a job that failed says. UNAVAILABLE: what was lost is a question that a refused command raises; it is not asked twice. */
const OUTCOMES = ['STALE_READ', 'VALUE_UNCERTAIN', 'VALUE_CONTENDED', 'MONGO_UNAVAILABLE'];

const CUT = new MongoNetworkError('the connection ended');

/** The database of a worker that has such a fault; `goOn` ends its standing still. */
function faulty({ fault, at }: Attempt, onEnd: () => void): { readonly db: Db; goOn(): void } {
  let commands = 0;
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let isDead = false;
  const forever = new Promise<never>(() => {});
  const send = async <T>(run: () => Promise<T>): Promise<T> => {
    const isMeant = commands++ === at;
    if (isDead) return await forever;
    if (isMeant && fault === 'lost') throw CUT;
    if (isMeant && (fault === 'dies' || fault === 'held')) {
      isDead = fault === 'dies';
      onEnd();
      await (isDead ? forever : held);
    }
    const reply = await run();
    if (isMeant && fault === 'unanswered') throw CUT;
    return reply;
  };
  const cursorOf = (cursor: FindCursor<Document>) => ({
    toArray: () => send(() => cursor.toArray()),
    [Symbol.asyncIterator]: async function* () {
      const isMeant = commands === at && fault === 'cut';
      const found = await send(() => cursor.toArray());
      yield* isMeant ? found.slice(0, Math.ceil(found.length / 2)) : found;
      if (isMeant) throw CUT;
    },
  });
  const db = dbThrough(mongo.db, (name, _, run) =>
    name === 'find' ? cursorOf(run() as FindCursor<Document>) : send(async () => await run()),
  );
  return { db, goOn };
}

/** A value, the workers at it, and what a reader may find of it. */
class Value {
  readonly #states = new Map<string, readonly string[]>([['', []]]);
  readonly #held: (() => Promise<void>)[] = [];
  #attempts = 0;
  #seen = 0;

  async begin(): Promise<void> {
    await removeAll(mongo.db);
    await mongo.db
      .collection<{ _id: string }>('keys')
      .insertOne(toKeyDocument({ ...STATE, revision: 1 }, ''));
  }

  async release(): Promise<void> {
    for (const goOn of this.#held.splice(0)) {
      await goOn();
      await this.check();
    }
  }

  async run(attempt: Attempt): Promise<void> {
    if (attempt.releases) await this.release();
    const number = ++this.#attempts;
    const { passes, rule, isTrusted, isGivenUp } = attempt;
    // The last reading is of a state that no other attempt has.
    const last = [...(passes.at(-1) ?? []), `version ${number}`];
    if (!isGivenUp) this.#states.set(`version ${number}`, last.toSorted());
    const write = {
      ...writeOf([...passes.slice(0, -1), last], rule),
      ...(rule === 'shaped' ? { shape: { names: {} } } : {}),
      ...(isGivenUp ? { scan: failsAfter(last) } : {}),
      isTrusted,
    };
    const state = await this.#load();
    await new Promise<void>((resolve, reject) => {
      const { db, goOn } = faulty(attempt, resolve);
      const done = writerOn(db)
        .write(state, write)
        .then(
          async () => {
            await this.#save(state);
            await this.check(number);
          },
          (error: { code?: string; message: string }) => {
            if (!isGivenUp) expect(OUTCOMES).toContain(error.code);
          },
        );
      this.#held.push(async () => {
        goOn();
        await (attempt.fault === 'held' ? done : undefined);
      });
      done.then(resolve, reject);
    });
    await this.check();
  }

  /** @param least which attempt's state is there at least. */
  async check(least = 0): Promise<void> {
    const found = await membersIn(mongo.db);
    const version = found.find((member) => member.startsWith('version ')) ?? '';
    expect(found).toEqual(this.#states.get(version));
    const number = Number(version.split(' ')[1] ?? 0);
    expect(number).toBeGreaterThanOrEqual(Math.max(this.#seen, least));
    this.#seen = number;
  }

  async #load(): Promise<KeyState> {
    const found = await mongo.db.collection<Document>('keys').findOne({});
    return { ...STATE, revision: Number(found?.revision) };
  }

  async #save({ revision }: KeyState): Promise<void> {
    await mongo.db.collection('keys').updateOne({ revision }, { $set: { revision: revision + 1 } });
  }
}

test('whatever happens to workers at a large value: a reader finds a state that it had, and none after a later one', async () => {
  const calm = { passes: [[]], rule: undefined, isTrusted: true, isGivenUp: false };
  const property = fc.asyncProperty(fc.array(attempt, { minLength: 2, maxLength: 10 }), async (attempts) => {
    const value = new Value();
    await value.begin();
    for (const each of attempts) await value.run(each);
    // The second one follows where the first only learns of a newer revision.
    for (let i = 0; i < 2; i++) await value.run({ ...calm, fault: 'none', at: 0, releases: true });
    expect((await membersIn(mongo.db)).length).toBe(1);
  });
  await fuzz('attempts at large values', property, 12);
});
