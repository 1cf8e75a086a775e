import { NO_TLS } from '@redis-to-mongo/pipeline';
import { expect, test } from 'vitest';
import { compareFleets, type Marks } from '../src/identity/compare-fleets.js';
import { type FleetMark, FORMAT, parseMark, parseMarkText } from '../src/identity/fleet-mark.js';
import { isSameName, type SourceName, sourceName } from '../src/identity/source-name.js';

const at = (url: string, db = 0) => sourceName({ url, host: '', port: 0, db, tls: NO_TLS });
const target = { db: 'mirror', hosts: ['mongo:27017'] };

function aMark(more: Partial<FleetMark> = {}): FleetMark {
  return {
    format: FORMAT,
    id: 'f1',
    source: at('redis://redis:6379'),
    servers: ['run1', 'repl1'],
    target,
    ...more,
  };
}

function compare(
  ours: Partial<FleetMark>,
  queue?: FleetMark,
  marked?: FleetMark,
  isKept = false,
  isForeign = false,
) {
  const { id: _none, ...own } = aMark(ours);
  const marks: Marks = { ours: own, queue, target: marked, isKept, isForeign };
  return compareFleets(marks);
}

const other = { source: at('redis://other:6379'), servers: ['run2', 'repl2'] };

test.each([
  ['the first start', {}, undefined, undefined, undefined],
  ['all as before', {}, aMark(), aMark(), 'f1'],
  ['another name of the same server', { source: at('redis://10.0.0.7:6379') }, aMark(), aMark(), 'f1'],
  ['a replica that took over', { ...other, servers: ['run2', 'repl2', 'repl1'] }, aMark(), aMark(), 'f1'],
  [
    'the server was restarted, and seems to be a new one',
    { servers: ['run9', 'repl9'] },
    aMark(),
    aMark(),
    'f1',
  ],
  ['the user may not ask for ids', { servers: [] }, aMark(), aMark(), 'f1'],
  ['the queue was emptied', {}, undefined, aMark(), 'f1'],
  ['the target was dropped', {}, aMark(), undefined, 'f1'],
  ['another name of the target', { target: { db: 'mirror', hosts: ['m2:27017'] } }, aMark(), aMark(), 'f1'],
] as const)('it is the same fleet: %s', (_name, ours, queue, marked, id) => {
  expect(compare(ours, queue, marked)).toEqual({ is: 'same', id });
});

test('a target that another queue’s scheduler counts on is not for this one, until it keeps the mark here, too', () => {
  const another = { is: 'unsure', what: expect.stringContaining('another queue') };
  expect(compare({}, undefined, aMark(), false, true)).toMatchObject(another);
  expect(compare({}, aMark(), aMark(), false, true)).toMatchObject(another);
  expect(compare(other, undefined, aMark(), false, true).is).toBe('other');
});

test('a mark is read as it was written; one without a format is of the first', () => {
  expect(parseMarkText(JSON.stringify(aMark()))).toEqual(aMark());
  const { format: _none, ...early } = aMark();
  expect(parseMark(early)).toEqual({ ...early, format: 1 });
  expect(parseMark(undefined)).toBeUndefined();
});

test.each([
  ['newer', { format: FORMAT + 1, id: 'f1', whatever: 'it needs' }, 'newer version'],
  ['damaged', { ...aMark(), servers: 'run1' }, 'damaged'],
  ['damaged', 'not a mark', 'damaged'],
] as const)(
  'a %s mark is refused, in the queue and in the target: it is no first start',
  (kind, written, says) => {
    const { id: _none, ...ours } = aMark();
    const stored = parseMark(written);
    expect(stored).toBe(kind);
    for (const [marks, option] of [
      [{ queue: stored, target: undefined }, 'QUEUE_PREFIX'],
      [{ queue: aMark(), target: stored }, 'MONGO_DB_NAME'],
    ] as const)
      expect(compareFleets({ ours, isKept: false, isForeign: false, ...marks })).toEqual({
        is: 'other',
        what: expect.stringContaining(says),
        options: [option],
      });
    expect(parseMarkText('{')).toBe('damaged');
  },
);

test.each([
  ['another source on the queue', other, aMark(), aMark(), 'QUEUE_PREFIX'],
  ['another database number', { source: at('redis://redis:6379', 1) }, aMark(), aMark(), 'QUEUE_PREFIX'],
  ['another source into the database', other, undefined, aMark(), 'MONGO_DB_NAME'],
  ['another database', { target: { db: 'b', hosts: ['mongo:27017'] } }, aMark(), undefined, 'QUEUE_PREFIX'],
  ['the database of another fleet', {}, aMark(), aMark({ id: 'f2' }), 'QUEUE_PREFIX'],
  [
    'a database of that name elsewhere',
    { target: { db: 'mirror', hosts: ['m2:27017'] } },
    aMark(),
    undefined,
    'QUEUE_PREFIX',
  ],
] as const)('it is another fleet: %s', (_name, ours, queue, marked, option) => {
  const comparison = compare(ours, queue, marked);
  expect(comparison).toMatchObject({ is: 'other', what: expect.any(String) });
  expect('options' in comparison && comparison.options).toContain(option);
});

test('a database whose name is right, and whose mark is not, is reported by its mark; its name is given once', () => {
  const said = (...marks: Parameters<typeof compare>) => {
    const comparison = compare(...marks);
    return 'what' in comparison ? comparison.what : '';
  };
  const name = 'the database mirror at mongo:27017';
  const foreign = aMark({ id: 'f2', ...other });
  const replaced = said({}, aMark(), foreign);
  expect(replaced).toContain(
    `${name} has the mark of another fleet, which mirrors other:6379, database 0: another server answers at this address`,
  );
  const lost = said({}, aMark(), undefined, true);
  expect(lost).toContain(`${name} does not have the mark of this queue’s fleet`);
  for (const what of [replaced, lost]) expect(what.split(name)).toHaveLength(2);
  const moved = said({ target: { db: 'b', hosts: ['mongo:27017'] } }, aMark(), foreign);
  expect(moved).toMatch(
    /this queue is for the database mirror at .* writes to the database b at mongo:27017, which has the mark of/,
  );
});

test('while a scheduler keeps the marks, what contradicts them is not believed at once', () => {
  const local = { source: at('redis://localhost:6379') };
  expect(compare({ ...local, servers: ['run2'] }, aMark(local), aMark(local), true)).toMatchObject({
    is: 'unsure',
    what: expect.stringContaining(
      'other servers than the ones that answer here at localhost:6379, database 0',
    ),
  });
  expect(compare({ ...local, servers: ['run2'] }, aMark(local), aMark(local), false).is).toBe('same');
  expect(compare({}, aMark(), undefined, true).is).toBe('unsure');
});

test('the names of sources tell Sentinels and clusters apart by a node and the master', () => {
  const address = { host: 'x', port: 1, db: 0, tls: NO_TLS };
  const node = (host: string) => ({ host, port: 26379 });
  const sentinel = (name: string, ...hosts: string[]): SourceName =>
    sourceName({ ...address, sentinel: { nodes: hosts.map(node), name } });
  expect(isSameName(sentinel('main', 'a', 'b'), sentinel('main', 'b', 'c'))).toBe(true);
  expect(isSameName(sentinel('main', 'a'), sentinel('other', 'a'))).toBe(false);
  expect(isSameName(sentinel('main', 'a'), sentinel('main', 'z'))).toBe(false);
  const cluster = (...hosts: string[]) => sourceName({ ...address, clusterNodes: hosts.map(node) });
  expect(isSameName(cluster('a', 'b'), cluster('B', 'c'))).toBe(true);
  expect(isSameName(cluster('a'), sentinel('main', 'a'))).toBe(false);
});

test('a name holds no secret', () => {
  expect(JSON.stringify(at('redis://me:s3cret@redis:6379'))).not.toMatch(/me|s3cret/);
});
