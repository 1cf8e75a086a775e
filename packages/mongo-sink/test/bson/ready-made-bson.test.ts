import { describe, expect, it } from 'vitest';
import { readyMadeBson, sequencesOf } from '../../src/bson/ready-made-bson.js';

const COMMANDS: string = 'mongodb/lib/cmap/commands.js';
const commands: {
  DocumentSequence: new (field: string) => object;
  OpMsgRequest: new (...args: unknown[]) => object;
} = await import(COMMANDS);

describe('the driver’s way to send ready-made BSON', () => {
  it('is there in the version that is installed', async () => {
    const create = await readyMadeBson();
    const sequence = create?.();
    sequence?.push({}, Buffer.from([5, 0, 0, 0, 0]));
    expect(Buffer.from(sequence?.toBin() ?? []).toString('latin1')).toBe(
      '\x01\x13\0\0\0documents\0\x05\0\0\0\0',
    );
  });

  it.each([
    ['has no such list', { OpMsgRequest: commands.OpMsgRequest }],
    ['has no such message', { DocumentSequence: commands.DocumentSequence }],
    ['has a list that takes no bytes', { ...commands, DocumentSequence: class {} }],
    [
      'has a list that is sent otherwise',
      {
        ...commands,
        DocumentSequence: class {
          push() {}
          toBin() {
            return new Uint8Array(4);
          }
        },
      },
    ],
    [
      'has messages that leave the list out',
      {
        ...commands,
        OpMsgRequest: class {
          toBin() {
            return [new Uint8Array([4, 0, 0, 0])];
          }
        },
      },
    ],
    ['is no module', undefined],
  ])('is not used where the driver %s', (_, module) => {
    expect(sequencesOf(module)).toBeUndefined();
  });
});
