import { cpuMs } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';
import { keyFilter } from '../src/key-filter.js';
import { keyIdOf } from '../src/key-id.js';
import { globPattern, namePattern } from '../src/key-pattern.js';

describe('key patterns', () => {
  it.each([
    ['*', 'anything:at\nall', true],
    ['orders:*', 'orders:1', true],
    ['orders:*', 'xorders:1', false],
    ['h?llo', 'hello', true],
    ['h?llo', 'heello', false],
    ['h[ae]llo', 'hallo', true],
    ['h[ae]llo', 'hillo', false],
    ['h[^e]llo', 'hello', false],
    ['h[a-c]llo', 'hbllo', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['{r2m}:*', '{r2m}:sync:meta', true],
    ['a.c', 'abc', false],
    ['a[b', 'ab', true],
    ['[z-a]', 'm', true],
    ['[]', 'x', false],
    ['[^]', 'x', true],
    ['a\\', 'a\\', true],
    ['line', 'line\n', false],
    ['line?', 'line\n', true],
    ['?', '😀', true],
    ['[☃😀]', '😀', true],
    ['', '', true],
    ['?*', '', false],
  ])('%s against %s: %s', (pattern, key, matches) => {
    expect(globPattern(pattern).test(keyIdOf(Buffer.from(key)))).toBe(matches);
  });

  it('know whether they match every key', () => {
    const all = ['*', '**', 'a*', '?*', '', 'a', '\\*', 'base64:*'].filter((glob) => globPattern(glob).isAll);
    expect(all).toEqual(['*', '**']);
    expect(namePattern('*').isAll).toBe(true);
  });

  it('take names that are not UTF-8 by their text, and by their ids', () => {
    const key = keyIdOf(Buffer.from([0x6f, 0x3a, 0xff]));
    const taken = ['o:*', 'o:?', key, 'base64:*', 'o:', 'b*'].map((glob) => globPattern(glob).test(key));
    expect(taken).toEqual([true, true, true, true, false, false]);
  });

  it('take a key by its name, too, where a person writes them', () => {
    for (const name of ['orders[1]', 'a*b', 'a[b', '?', 'back\\slash', ''])
      expect(namePattern(name).test(keyIdOf(Buffer.from(name))), name).toBe(true);
    expect(globPattern('orders[1]').test('orders[1]')).toBe(false);
    expect(namePattern('orders[1]').test('orders1')).toBe(true);
  });

  it('take no long time, whatever the name', () => {
    const name = 'a'.repeat(65_536);
    const test = (glob: string) => expect(globPattern(glob).test(name)).toBe(false);
    const simple = cpuMs(() => test('*b*'));
    for (const glob of ['*a*b', '*a*a*a*a*a*a*a*b', '*[ab]*a?b*c', `${'*a'.repeat(30)}b`])
      expect(cpuMs(() => test(glob)) / simple, glob).toBeLessThan(200);
  });

  it('an exclude pattern wins over an include pattern', () => {
    const wanted = keyFilter(['orders:*', 'users:*'], ['*:tmp']);
    expect([wanted('orders:1'), wanted('users:tmp'), wanted('other')]).toEqual([true, false, false]);
  });
});
