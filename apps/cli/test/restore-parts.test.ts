import { expect, it } from 'vitest';
import { asPart } from '../src/restore/send-all.js';

it('an unfinished key expires from its first command on, wherever the connection is cut', () => {
  const key = Buffer.from('k');
  const commands = [
    ['XADD', key, '1-0', 'a', '1'],
    ['XADD', key, '2-0', 'a', '2'],
  ];
  const names = asPart(key, commands).map(([name]) => name);
  expect(names).toEqual(['XADD', 'PEXPIRE', 'XADD']);
  expect(asPart(key, [])).toEqual([]);
});
