import { SyncError } from '@redis-to-mongo/pipeline';
import { describe, expect, it } from 'vitest';
import { unpackMessage } from '../src/values/message-pack.js';

const unpackHex = (hex: string) => unpackMessage(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('what cmsgpack makes of a Lua value is read back', () => {
  it.each([
    ['00', 0],
    ['7f', 127],
    ['ff', -1],
    ['e0', -32],
    ['cc80', 128],
    ['cd0100', 256],
    ['ce00010000', 65_536],
    ['cf0000018bcfe56800', 1_700_000_000_000],
    ['d0 80', -128],
    ['d1 8000', -32_768],
    ['d2 80000000', -2_147_483_648],
    ['d3 fffffffffffffffe', -2],
    ['c0', null],
    ['c2', false],
    ['c3', true],
    ['a0', Buffer.from('')],
    ['a2 6869', Buffer.from('hi')],
    ['d9 02 ff00', Buffer.from([0xff, 0])],
    ['da 0001 41', Buffer.from('A')],
    ['db 00000001 41', Buffer.from('A')],
    ['90', []],
    ['92 01 a1 41', [1, Buffer.from('A')]],
    ['dc 0002 90 c2', [[], false]],
    ['dd 00000001 c0', [null]],
  ])('%s', (hex, value) => {
    expect(unpackHex(hex)).toEqual(value);
  });

  it.each(['', 'c1', '81a14101', 'cb3ff8000000000000', 'a5 41', '92 01'])('%s is not', (hex) => {
    expect(() => unpackHex(hex)).toThrow(SyncError);
  });
});
