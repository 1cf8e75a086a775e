import { describe, expect, it } from 'vitest';
import { parseChaosOptions } from '../src/chaos/chaos-options.js';
import { parseSoakOptions } from '../src/soak/soak-options.js';

describe('the command line of the chaos run', () => {
  it('has defaults, and a new seed for each run', () => {
    const [one, two] = [parseChaosOptions([]), parseChaosOptions([])];
    expect(one).toMatchObject({
      seconds: 300,
      workers: 4,
      rate: 200,
      with: {},
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
    [['--seconds', '5'], "argument '5' is invalid. Give a whole number from 10 to 86400."],
    [['--with', 'nothing'], "argument 'nothing' is invalid. Give NAME=VALUE, such as KEY_TYPES=stream,set."],
    [['--fast'], "unknown option '--fast'"],
  ])('refuses %j', (args, message) => {
    expect(() => parseChaosOptions(args)).toThrow(message);
  });
});

describe('the command line of the soak', () => {
  it('takes fractions of minutes', () => {
    expect(parseSoakOptions(['--minutes', '0.5'])).toMatchObject({ minutes: 0.5, workers: 2, rate: 100 });
  });

  it('refuses values that are not numbers', () => {
    expect(() => parseSoakOptions(['--minutes', '1e3'])).toThrow("argument '1e3' is invalid");
  });
});
