import { describe, expect, it } from 'vitest';
import { parseDemoOptions } from '../src/demo/demo-options.js';

describe('the options of the demo', () => {
  it('have the documented sizes by default', () => {
    expect(parseDemoOptions([])).toEqual({
      messages: 100_000,
      streams: 40,
      sets: 60,
      values: 4_000,
      workers: 3,
      keep: false,
      json: false,
    });
  });

  it('are read in both spellings', () => {
    expect(
      parseDemoOptions(['--messages', '500', '--streams=7', '--sets=0', '--keep', '--json']),
    ).toMatchObject({
      messages: 500,
      streams: 7,
      sets: 0,
      keep: true,
      json: true,
    });
  });

  it('give the help when asked for it', () => {
    expect(parseDemoOptions(['--messages', '500', '-h'])).toBe('help');
  });

  it.each([
    [['--mesages', '5'], "Unknown option '--mesages': --help lists the options."],
    [['5'], "Unexpected argument '5': --help lists the options."],
    [['--messages', 'many'], "--messages 'many' can't be used: give a whole number from 2 to 100000000."],
    [['--messages=1.5'], "--messages '1.5' can't be used: give a whole number from 2 to 100000000."],
    [['--workers', '0'], "--workers '0' can't be used: give a whole number from 1 to 64."],
    [['--workers'], "Option '--workers <value>' argument missing: --help lists the options."],
    [['--sets', '-1'], "Option '--sets' argument is ambiguous: --help lists the options."],
    [['--keep=yes'], "Option '--keep' does not take an argument: --help lists the options."],
    [
      ['--messages', '79'],
      '--messages 79 is too few for 40 streams: give at least 80 messages, or fewer --streams.',
    ],
  ])('refuse %j with one sentence', (args, message) => {
    expect(() => parseDemoOptions(args)).toThrow(
      expect.objectContaining({ code: 'PROVING_OPTIONS', message }),
    );
  });
});
