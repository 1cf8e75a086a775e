import { describe, expect, it } from 'vitest';
import { parseChaosOptions } from '../src/chaos/chaos-options.js';
import { parseSoakOptions } from '../src/soak/soak-options.js';

describe('the command line of the chaos run', () => {
  it('has defaults, and a new seed each time', () => {
    const [one, two] = [parseChaosOptions([]), parseChaosOptions([])];
    expect(one).toMatchObject({
      seconds: 300,
      workers: 4,
      rate: 200,
      with: {},
      record: false,
      json: false,
    });
    expect(one).not.toEqual(two);
  });

  it('takes options of the apps', () => {
    const args = ['--seed', '5', '--with', 'KEY_TYPES=stream,set', '--with', 'A_B=', '--record'];
    expect(parseChaosOptions(args)).toMatchObject({
      seed: 5,
      with: { KEY_TYPES: 'stream,set', A_B: '' },
      record: true,
    });
  });

  it.each([
    [['--seconds', '5'], "--seconds '5' can't be used: give a whole number from 10 to 86400."],
    [['--with', 'nothing'], "--with 'nothing' can't be used: give NAME=VALUE, such as KEY_TYPES=stream,set."],
    [['--fast'], "Unknown option '--fast': --help lists the options."],
  ])('refuses %j with one sentence', (args, message) => {
    expect(() => parseChaosOptions(args)).toThrow(message);
  });
});

describe('the command line of the soak', () => {
  it('takes parts of minutes, and helps', () => {
    expect(parseSoakOptions(['--minutes', '0.5'])).toMatchObject({ minutes: 0.5, workers: 2, rate: 100 });
    expect(parseSoakOptions(['-h'])).toBe('help');
  });

  it('refuses what is no number', () => {
    expect(() => parseSoakOptions(['--minutes', '1e3'])).toThrow("--minutes '1e3' can't be used");
  });
});
