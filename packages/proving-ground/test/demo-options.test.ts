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
    });
  });

  it('are read as --name value and --name=value', () => {
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

  it('print the help', () => {
    expect(() => parseDemoOptions(['--messages', '500', '-h'])).toThrow(
      expect.objectContaining({ code: 'commander.helpDisplayed', exitCode: 0 }),
    );
  });

  it.each([
    [['--mesages', '5'], "unknown option '--mesages'"],
    [['5'], 'too many arguments'],
    [['--messages', 'many'], "argument 'many' is invalid. Give a whole number from 2 to 100000000."],
    [['--messages=1.5'], "argument '1.5' is invalid. Give a whole number from 2 to 100000000."],
    [['--workers', '0'], "argument '0' is invalid. Give a whole number from 1 to 64."],
    [['--workers'], "option '--workers <N>' argument missing"],
    [['--sets', '-1'], "argument '-1' is invalid. Give a whole number from 0 to 100000."],
    [['--messages', '79'], 'too few for 40 streams: give at least 80 messages, or fewer --streams'],
  ])('refuse %j', (args, message) => {
    expect(() => parseDemoOptions(args)).toThrow(message);
  });
});
