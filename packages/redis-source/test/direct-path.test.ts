import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { ruleBook } from '@redis-to-mongo/key-types';
import {
  encodeContent,
  firstState,
  type Messages,
  placeOf,
  plainMessage,
  type Rule,
  shapeMessage,
  storedText,
} from '@redis-to-mongo/pipeline';
import { RawConnectionLost, RawReplies } from '@redis-to-mongo/redis-connection';
import { type AsksRaw, DirectReader, documentsByRule } from '@redis-to-mongo/redis-source';
import fc from 'fast-check';
import { BSON } from 'mongodb';
import { describe, expect, it } from 'vitest';

interface RawEntry {
  readonly id: string;
  readonly flat: readonly Buffer[];
}

import { EXACT } from '../src/key-expiry.js';

const odd = fc
  .constantFrom(
    '',
    '$set',
    'a.b',
    'a\0b',
    '12',
    '0',
    '007',
    '__proto__',
    'constructor',
    '_id',
    'ä',
    '\ufeffbom',
    '\ufffd',
    '😀',
    '9a',
  )
  .map((text) => Buffer.from(text));
const notText = fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => Buffer.from([...bytes, 0xc3]));
const plain = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => Buffer.from(text));
const long = fc.integer({ min: 60, max: 400 }).map((length) => Buffer.alloc(length, 'long text '));
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('user', 'amount', 'at').map((n) => Buffer.from(n)) },
  { weight: 3, arbitrary: plain },
  odd,
  notText,
  long,
);
const value = fc.oneof(
  plain,
  long,
  odd,
  notText,
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

const number = (most: bigint) =>
  fc.oneof(
    fc.bigInt(0n, most),
    fc.constantFrom(0n, 1n, most, 8_640_000_000_000_000n, 8_640_000_000_000_001n, 2n ** 32n, 2n ** 31n),
  );
const id = fc
  .tuple(number(2n ** 64n - 1n), number(2n ** 64n - 1n))
  .map(([ms, seq]) => `${ms <= 2n ** 64n - 1n ? ms : 0n}-${seq}`);

/** Entries as streams have them: mostly with the fields of the one before. */
const entries = fc
  .array(
    fc.record({
      id,
      likeBefore: fc.boolean(),
      fields: fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 6 }),
    }),
    { maxLength: 8 },
  )
  .map((made) => {
    let names: readonly Buffer[] = [];
    return made.map(({ id, likeBefore, fields }): RawEntry => {
      names = likeBefore && names.length > 0 ? names : fields.map(([name]) => name);
      return { id, flat: names.flatMap((name, i) => [name, fields[i % fields.length]?.[1] ?? name]) };
    });
  });

const bulk = (bytes: Buffer | string) =>
  Buffer.concat([Buffer.from(`$${Buffer.byteLength(bytes)}\r\n`), Buffer.from(bytes), Buffer.from('\r\n')]);
const list = (items: readonly Buffer[]) => Buffer.concat([Buffer.from(`*${items.length}\r\n`), ...items]);
const onWire = ({ id, flat }: RawEntry) => list([bulk(id), list(flat.map(bulk))]);

/** What Redis answers to MULTI, XINFO STREAM, XRANGE, PTTL, EXEC. */
function answerOf(all: readonly RawEntry[]): Buffer {
  const first = all[0];
  const info = list([
    bulk('length'),
    Buffer.from(`:${all.length}\r\n`),
    bulk('last-generated-id'),
    bulk(all.at(-1)?.id ?? '0-0'),
    bulk('first-entry'),
    first ? onWire(first) : Buffer.from('*-1\r\n'),
  ]);
  const replies = '+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n';
  return Buffer.concat([Buffer.from(replies), list([info, list(all.map(onWire)), Buffer.from(':-1\r\n')])]);
}

/** A connection that answers with these bytes, in pieces that end at these places. */
function answers(bytes: Buffer, cuts: readonly number[]): AsksRaw {
  const replies = new RawReplies();
  return {
    isReady: true,
    sameServer: () => async () => {},
    async ask(_request, reply) {
      const done = replies.next(reply);
      done.catch(() => {});
      let from = 0;
      for (const at of [...new Set(cuts)].map((cut) => cut % bytes.length).sort((a, b) => a - b)) {
        if (at > from) replies.arrive(bytes.subarray(from, at));
        from = Math.max(from, at);
      }
      replies.arrive(bytes.subarray(from));
      await done;
    },
  };
}

const key = Buffer.from('events:info:prices');
const state = firstState(String(key), placeOf(String(key), ':info:'), 'stream', new Date());
const noOther = {
  read: async () => {
    throw new Error('the ordinary path was taken');
  },
};

const [shaped] = ruleBook([{ pattern: '*', shape: 'document' }]).rules;

function readBy(
  connection: AsksRaw,
  changes: { isAnchored?: boolean; after?: string; rule?: Rule | undefined } = {},
) {
  const request = {
    key,
    after: '0-0',
    count: 5000,
    isAnchored: false,
    isBinary: false,
    state,
    incarnation: 3,
    rule: undefined,
    expiry: EXACT,
  };
  return new DirectReader(connection).over(noOther).read({ ...request, ...changes });
}

function ordinaryBson(all: readonly RawEntry[], rule?: Rule): Buffer[] {
  const read = all.map(({ id, flat }) => [id, flat.map(storedText)] as const);
  const { documents, isShaped } = documentsByRule(state, 3, read, rule);
  return documents.map((document) =>
    Buffer.from(BSON.serialize(isShaped ? shapeMessage(document) : document)),
  );
}

function documentsIn(messages: Messages): Buffer[] {
  if (messages.form !== 'bson') throw new Error('these are no bytes');
  return messages.ends.map((end, i) =>
    Buffer.from(messages.encoded.subarray(messages.ends[i - 1] ?? 0, end)),
  );
}

/** As toEqual of the documents, which takes a thousand times as long for bytes. */
function expectSame(messages: Messages | undefined, all: readonly RawEntry[], rule?: Rule): void {
  const documents = messages ? documentsIn(messages) : [];
  const expected = ordinaryBson(all, rule);
  expect(documents.length).toBe(expected.length);
  documents.forEach((document, i) => {
    if (!expected[i]?.equals(document)) expect(document).toEqual(expected[i]);
  });
}

describe('the direct path', () => {
  it('writes byte for byte what the ordinary path writes, wherever the reply is cut', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.array(fc.nat(), { maxLength: 12 }), async (all, cuts) => {
        const reading = await readBy(answers(answerOf(all), cuts));
        expectSame(reading?.messages, all);
        expect(reading?.isBinary).toBe(all.some(({ flat }) => !flat.every((item) => isUtf8(item))));
        expect(reading?.last?.id).toBe(all.at(-1)?.id);
      }),
      { numRuns: 5000 },
    );
  });

  it('writes byte for byte what the ordinary path writes in the shape document', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.array(fc.nat(), { maxLength: 12 }), async (all, cuts) => {
        const reading = await readBy(answers(answerOf(all), cuts), { rule: shaped });
        expectSame(reading?.messages, all, shaped);
        expect(reading?.messages.isShaped).toBe(true);
        expect(reading?.isBinary).toBe(all.some(({ flat }) => !flat.every((item) => isUtf8(item))));
      }),
      { numRuns: 3000 },
    );
  });

  it('takes an entry of very many fields at once, whatever their names, and gives it back', async () => {
    const flat = Array.from({ length: 100_000 }, (_, i) => Buffer.from(i % 2 === 0 ? `a.${i}` : 'v'));
    const all = [{ id: '1-1', flat: [...flat, Buffer.from('plain'), Buffer.from('v'), ...flat] }];
    const answer = answers(answerOf(all), []);
    const reads: number[] = [];
    let content: unknown;
    for (const rule of [undefined, shaped]) {
      const began = performance.now();
      const reading = await readBy(answer, { rule });
      const [document = Buffer.alloc(0)] = reading ? documentsIn(reading.messages) : [];
      ({ content } = plainMessage(BSON.deserialize(document)));
      reads.push(performance.now() - began);
    }
    // Each field compared with all others would take nine times as long.
    expect(reads[1]).toBeLessThan(5 * (reads[0] ?? 0));
    expect(isDeepStrictEqual(content, encodeContent(all[0]?.flat.map(storedText) ?? []))).toBe(true);
  }, 60_000);

  it('reads a reply that comes byte by byte', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        const bytes = answerOf(all);
        const reading = await readBy(answers(bytes, [...bytes.keys()]));
        expectSame(reading?.messages, all);
      }),
      { numRuns: 200 },
    );
  });

  it('checks the anchor, and leaves it out', async () => {
    const all: RawEntry[] = ['5-0', '6-0'].map((id) => ({ id, flat: [Buffer.from('n'), Buffer.from(id)] }));
    const reading = await readBy(answers(answerOf(all), []), { isAnchored: true, after: '5-0' });
    expect(reading?.anchorDigest).toMatch(/^[\w+/]{12}$/);
    expect(reading && documentsIn(reading.messages)).toEqual(ordinaryBson(all.slice(1)));
    const gone = await readBy(answers(answerOf(all.slice(1)), []), { isAnchored: true, after: '5-0' });
    expect(gone?.anchorDigest).toBeUndefined();
    expect(gone?.messages.count).toBe(1);
  });

  it('uses a buffer again only once its reading is released', async () => {
    const one = [{ id: '1-0', flat: [Buffer.from('a'), Buffer.from('first')] }];
    const two = [{ id: '2-0', flat: [Buffer.from('a'), Buffer.from('other')] }];
    let bytes = answerOf(one);
    const reader = new DirectReader({
      isReady: true,
      sameServer: () => async () => {},
      ask: (request, reply) => answers(bytes, []).ask(request, reply),
    }).over(noOther);
    const request = {
      key,
      after: '0-0',
      count: 9,
      isAnchored: false,
      isBinary: false,
      state,
      incarnation: 3,
      rule: undefined,
      expiry: EXACT,
    };
    const first = await reader.read(request);
    bytes = answerOf(two);
    const second = await reader.read(request);
    expect(first && documentsIn(first.messages)).toEqual(ordinaryBson(one));
    expect(second && documentsIn(second.messages)).toEqual(ordinaryBson(two));
    first?.release();
    first?.release();
    const [third, fourth] = [await reader.read(request), await reader.read(request)];
    expect(third && documentsIn(third.messages)).toEqual(ordinaryBson(two));
    if (third?.messages.form !== 'bson' || fourth?.messages.form !== 'bson')
      throw new Error('these are no bytes');
    expect(third.messages.encoded.buffer).not.toBe(fourth.messages.encoded.buffer);
  });

  it.each([
    ['-NOPERM no\r\n-EXECABORT Transaction discarded\r\n', 'REDIS_PRIVILEGE'],
    ['+OK\r\n-LOADING soon\r\n+QUEUED\r\n+QUEUED\r\n-EXECABORT discarded\r\n', 'REDIS_LOADING'],
    [
      '+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n-WRONGTYPE no\r\n-WRONGTYPE no\r\n:-1\r\n',
      'KEY_TYPE_CHANGED',
    ],
    ['+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n:2\r\n', 'REDIS_REPLY'],
    ['HTTP/1.1 400 Bad Request\r\n', 'REDIS_REPLY'],
  ])('finds what the answer %j means', async (answer, code) => {
    // The first error of an answer counts, so each is as long as a whole one.
    const bytes = answer.startsWith('-')
      ? `${answer.slice(0, answer.indexOf('\n') + 1)}+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n-EXECABORT no\r\n`
      : answer;
    const given = answers(Buffer.from(bytes), []);
    const reading = readBy({
      isReady: true,
      sameServer: () => async () => {},
      // A connection that can't tell its answers apart any more is closed; what it threw has rejected the answer too.
      ask: async (request, reply) => {
        try {
          await given.ask(request, reply);
        } catch (error) {
          if (error instanceof RawConnectionLost) throw new Error('lost');
          throw error;
        }
      },
    });
    await expect(reading).rejects.toMatchObject({ code });
  });

  it('says that a key is gone', async () => {
    const answer = '+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n-ERR no such key\r\n*0\r\n:-2\r\n';
    expect(await readBy(answers(Buffer.from(answer), [3, 40]))).toBeUndefined();
  });

  it('leaves a read to the ordinary path when its connection is not there, or ends', async () => {
    const ordinary = { read: async () => undefined };
    const request = {
      key,
      after: '0-0',
      count: 9,
      isAnchored: false,
      isBinary: false,
      state,
      incarnation: 3,
      rule: undefined,
      expiry: EXACT,
    };
    const ask = async () => {
      throw new RawConnectionLost('gone');
    };
    for (const isReady of [true, false])
      expect(
        await new DirectReader({ isReady, ask, sameServer: () => async () => {} })
          .over(ordinary)
          .read(request),
      ).toBeUndefined();
  });
});
