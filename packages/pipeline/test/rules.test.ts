import { ruleBook } from '@redis-to-mongo/key-types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contentMapper,
  decodeContent,
  decodeEntry,
  encodeContent,
  firstState,
  inCollection,
  nextIncarnation,
  type RuleSpec,
  storedText,
  writesPlainMessages,
} from '../src/index.js';

const map = (spec: Pick<RuleSpec, 'fields' | 'parse'>, ...flat: string[]) => {
  const mapper = contentMapper(spec);
  if (!mapper) throw new Error('no mapper');
  return mapper(flat);
};
const parsed = (kind: 'number' | 'json' | 'date', text: string) => {
  const { content } = map({ parse: { v: kind } }, 'v', text);
  return 'v' in content ? content.v : undefined;
};

describe('the book of rules', () => {
  it('gives the first rule that matches the name and the type', () => {
    const book = ruleBook([
      { pattern: 'orders*', types: ['set'], collection: 'a' },
      { pattern: 'orders*', collection: 'b' },
      { pattern: '*', intervalMs: 5 },
    ]);
    expect(book.ruleFor('orders:1', 'set')?.number).toBe(1);
    expect(book.ruleFor('orders:1', 'stream')?.number).toBe(2);
    expect(book.ruleFor('other', 'stream')?.number).toBe(3);
    expect(book.collectionFor('other', 'stream')).toBeNull();
  });

  it('leaves a key that no rule matches to the defaults, and takes other rules while it runs', () => {
    const book = ruleBook([{ pattern: 'a', collection: 'x' }]);
    expect(book.ruleFor('b', 'list')).toBeUndefined();
    book.replace([{ pattern: 'b', collection: 'y' }]);
    expect(book.collectionFor('b', 'list')).toBe('y');
    expect(book.ruleFor('a', 'list')).toBeUndefined();
  });

  it('has no mapper where content stays as it is', () => {
    const [plain, mapped, short] = ruleBook([
      { pattern: 'a', collection: 'x', fields: { leave: [] }, parse: {} },
      { pattern: 'b', parse: { n: 'number' } },
      { pattern: 'c', ttlMs: 1000 },
    ]).rules;
    expect([plain, mapped, short].map(writesPlainMessages)).toEqual([true, false, false]);
    expect(plain?.mapContent).toBeUndefined();
  });
});

describe('an incarnation’s collection', () => {
  it('stays through a rewinding, and is noted with the incarnation', () => {
    const now = new Date(0);
    const first = inCollection(firstState('k', { stream: 'k', type: 'main' }, 'stream', now), 'a');
    const second = nextIncarnation(first, 'stream', 'rewound', now);
    expect(second.collection).toBe('a');
    const third = inCollection(nextIncarnation(second, 'stream', 'deleted', now), null);
    expect(third.collection).toBeNull();
    expect(third.activity.map(({ collection }) => collection)).toEqual(['a', 'a', undefined]);
  });
});

describe('fields', () => {
  it('are taken, left and renamed', () => {
    expect(
      map({ fields: { take: ['a', 'b'], rename: { a: 'alpha' } } }, 'a', '1', 'x', '2', 'b', '3'),
    ).toMatchObject({
      content: { alpha: '1', b: '3' },
      mapped: { left: 1, renamed: [[0, 'a']] },
    });
    expect(map({ fields: { leave: ['x'] } }, 'a', '1', 'x', '2').content).toEqual({ a: '1' });
  });

  it('that come twice, or meet by renaming, are all kept', () => {
    expect(map({ fields: { rename: { a: 'b' } } }, 'a', '1', 'b', '2', 'b', '3').content).toEqual([
      ['b', '1'],
      ['b', '2'],
      ['b', '3'],
    ]);
  });

  it('of an entry that a rule finds nothing to do with are as without it', () => {
    const { content, mapped } = map(
      { fields: { leave: ['x'] }, parse: { n: 'number' } },
      'a',
      '1',
      'n',
      'none',
    );
    expect(mapped).toBeUndefined();
    expect(content).toEqual(encodeContent(['a', '1', 'n', 'none']));
  });
});

describe('values', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['12.50', 12.5],
    ['1e3', 1000],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
  ])('the number %s is exact', (text, number) => {
    expect(parsed('number', text)).toBe(number);
  });

  it.each([
    '',
    ' 1',
    '01',
    '+1',
    'NaN',
    'Infinity',
    '0x10',
    '1e400',
    '9223372036854775808',
    '0.1000000000000000000001',
  ])('the number "%s" stays text', (text) => {
    expect(parsed('number', text)).toBe(text);
  });

  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T10:20:30+02:00', '2026-01-31T08:20:30.000Z'],
    ['2026-01-31T10:20:30.123456Z', '2026-01-31T10:20:30.123Z'],
    ['1700000000000', '2023-11-14T22:13:20.000Z'],
  ])('the date %s is one', (text, iso) => {
    expect(parsed('date', text)).toEqual(new Date(iso));
  });

  it.each(['2026-02-30', '2026-01-31T10:20:30', '1700000000', 'today', '2026-13-01', '2026-01-31T25:00Z'])(
    'the date "%s" stays text',
    (text) => {
      expect(parsed('date', text)).toBe(text);
    },
  );

  it('JSON is a value of its own', () => {
    expect(parsed('json', '{"a": [1, 2.50, "x\\u00e9", null, true]}')).toEqual({
      a: [1, 2.5, 'xé', null, true],
    });
    expect(parsed('json', '"text"')).toBe('text');
  });

  it.each([
    '{"big":9007199254740993}',
    '{"a":1,"a":2}',
    '{"b":1,"1":2}',
    '{"a.b":1}',
    '{"$set":1}',
    '{"":1}',
    '{"__proto__":{}}',
    '{"_bsontype":"Long"}',
    '{"a\\u0000":1}',
    '"\\ud800"',
    '[1,]',
    'undefined',
    '{"a":1}}',
    `${'['.repeat(65)}${']'.repeat(65)}`,
    '['.repeat(100_000),
  ])('the JSON %# that MongoDB or a double can’t hold stays text', (text) => {
    expect(parsed('json', text)).toBe(text);
  });

  it('are given back byte for byte', () => {
    const bytes = fc.uint8Array({ maxLength: 12 }).map((each) => storedText(Buffer.from(each)));
    const number = fc.oneof(
      fc.double(),
      fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
      fc.stringMatching(/^-?\d{1,4}(\.\d{1,4})?(e-?\d)?$/),
    );
    const json = fc
      .json()
      .chain((text) => fc.constantFrom(text, JSON.stringify(JSON.parse(text), undefined, 1)));
    const value = fc.oneof(
      number.map(String),
      json,
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.integer({ min: 0 }).map((n) => String(n * 1000)),
      fc.string(),
      bytes,
    );
    const name = fc.oneof(fc.constantFrom('n', 'j', 'd', 'r', 's', 'renamed'), fc.string(), bytes);
    const mapper = contentMapper({
      parse: { n: 'number', j: 'json', d: 'date', r: 'number' },
      fields: { rename: { r: 'renamed', s: 'x.y' } },
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const flat = pairs.flat();
        const message = mapper?.(flat);
        expect(decodeEntry(structuredClone({ content: message?.content, mapped: message?.mapped }))).toEqual({
          pairs: decodeContent(encodeContent(flat)),
          left: 0,
          isIntact: true,
        });
      }),
      { numRuns: 500 },
    );
  });

  it('that were changed in MongoDB, while their texts were not, are found', () => {
    const { mapped } = map({ parse: { n: 'number' } }, 'n', '1.50');
    expect(decodeEntry({ content: { n: 1.5 }, mapped }).isIntact).toBe(true);
    expect(decodeEntry({ content: { n: 2 }, mapped }).isIntact).toBe(false);
  });
});
