import pico from 'picocolors';
import { expect, test } from 'vitest';
import { colored, printable } from '../src/index.js';
import { tableLines } from '../src/table.js';

const ANSI = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
const plain = pico.createColors(false);

test('columns line up, numbers to the right, wide characters counted as a terminal shows them', () => {
  const rows = [
    ['orders', 1234567],
    ['注文', 5],
    ['naïve', 0],
  ];
  expect(tableLines(['KEY', 'LAG'], rows, plain)).toEqual([
    'KEY           LAG',
    'orders  1,234,567',
    '注文            5',
    'naïve           0',
  ]);
});

test('colors do not move columns', () => {
  const rows = [
    [colored('bad', 'red'), 'x'],
    ['fine', 'y'],
  ];
  expect(tableLines(['A', 'B'], rows, pico.createColors(true)).map((line) => line.replace(ANSI, ''))).toEqual(
    ['A     B', 'bad   x', 'fine  y'],
  );
});

test('a key’s name cannot steer the terminal, break a line or turn the text round', () => {
  expect(printable('a\x1b[2Jb\nc\u202ed')).toBe('a\\x1b[2Jb\\x0ac\\u202ed');
  expect(printable('zero\u200bwidth \u{e0041}')).toBe('zero\\u200bwidth \\u{e0041}');
  expect(tableLines([''], [['a\nb']], plain)).toEqual(['a\\x0ab']);
});

test('names are cut in their middle to fit the terminal; other cells are not', () => {
  const rows = [
    ['orders:of:a:customer:with:a:long:name:info:tags', 'MONGO_TIMEOUT: see that it is up', 5],
    ['short', '', 0],
    ['注文注文注文注文注文注文注文注文', '', 0],
  ];
  const names = new Set(['KEY']);
  const lines = tableLines(['KEY', 'ERROR', 'LAG'], rows, plain, { within: 60, names });
  expect(lines[1]).toBe('orders:of:…:info:tags  MONGO_TIMEOUT: see that it is up    5');
  expect(lines[2]).toMatch(/^short /);
  expect(lines[3]).toMatch(/^注文注文注…文注文注文 +0$/);
  expect(tableLines(['KEY', 'ERROR', 'LAG'], rows, plain)[1]).toContain('with:a:long');
  expect(tableLines(['KEY'], rows, plain, { within: 3, names })[1]).toHaveLength(10);
});

test('texts are wrapped at spaces to fit the terminal, the widest first, and one space less stands between where that is enough', () => {
  const rows = [
    ['2 keys fail', colored('See their errors: their jobs are retried', 'red')],
    ['13 entries were lost', 'Trim less'],
  ];
  expect(tableLines(['REASON', 'REMEDY'], rows, plain, { within: 40 })).toEqual([
    'REASON               REMEDY',
    '2 keys fail          See their errors:',
    '                     their jobs are',
    '                     retried',
    '13 entries were      Trim less',
    'lost',
  ]);
  const inColor = tableLines(['REASON', 'REMEDY'], rows, pico.createColors(true), { within: 40 });
  expect(inColor[2]).toMatch(/^ {21}\S+their jobs are\S+$/);
  expect(tableLines(['A', 'EVENT LOOP', 'B'], [['a', 'some words', 'b']], plain, { within: 14 })).toEqual([
    'A EVENT LOOP B',
    'a some words b',
  ]);
  expect(tableLines(['A', '>EVENT LOOP'], [['a', '7 ms']], plain, { within: 8 })).toEqual([
    'A  EVENT',
    '    LOOP',
    'a   7 ms',
  ]);
  const long = 'w'.repeat(50);
  expect(tableLines(['A'], [[`${long} b`]], plain, { within: 20 })).toEqual(['A', long, 'b']);
});
