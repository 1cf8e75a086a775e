import { describe, expect, it } from 'vitest';
import { PARTS, parseBenchOptions } from '../src/bench/bench-options.js';

describe('the benchmark’s options', () => {
  it('default to all parts, with the repetitions of the size', () => {
    expect(parseBenchOptions([], {})).toEqual({
      size: 'full',
      parts: PARTS,
    });
  });

  it('sort the parts, and repeat nothing with --quick', () => {
    const options = parseBenchOptions(['--quick', '--only', 'idle, throughput'], {
      BENCH_MONGO_URI: 'mongodb://host',
    });
    expect(options).toMatchObject({
      size: 'quick',
      parts: ['throughput', 'idle'],
      mongoUri: 'mongodb://host',
    });
  });

  it.each([
    [['--only', 'speed'], /no part 'speed'.*throughput/],
    [['--size', 'huge'], /'huge' is invalid.*large/],
    [['--repetitions', '0'], /--repetitions.*'0'.*1 to 100/],
    [['--fast'], /--fast/],
    [['--tiny', '--write-docs'], /--write-docs.*--tiny/],
  ])('name what is wrong in %s', (args, message) => {
    expect(() => parseBenchOptions(args, {})).toThrow(message);
  });
});
