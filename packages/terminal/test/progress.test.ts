import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress, grouped } from '../src/index.js';

class Output {
  text = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns = 80,
  ) {}
  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

const state = (total: number, begun: number, done: number) => ({
  ...{ total, begun, done },
  describe: (perSecond: number) => `${grouped(done)} of ${grouped(total)} are there, ${grouped(perSecond)}/s`,
});

describe('the progress', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('is one plain line every few seconds where there is no terminal', () => {
    const output = new Output(false);
    const progress = createProgress(output, {});
    for (let i = 0; i <= 50; i++) {
      progress.update(state(10_000, 6_000, i * 100));
      vi.advanceTimersByTime(100);
    }
    expect(output.text).toBe('   30 %  3,000 of 10,000 are there, 1,000/s, about 7 s left\n');
  });

  it('says how much time is left also if less than one is done per second', () => {
    const output = new Output(false);
    const progress = createProgress(output, {});
    for (let i = 0; i <= 4; i++) {
      progress.update(state(100, 10, i));
      vi.advanceTimersByTime(2_500);
    }
    expect(output.text.split('\n').slice(0, -1).at(-1)).toBe(
      '    4 %  4 of 100 are there, 0/s, about 4 min 0 s left',
    );
  });

  it('does not say how much time is left before the first percent', () => {
    const output = new Output(false);
    const progress = createProgress(output, {});
    for (let i = 0; i <= 4; i++) {
      progress.update(state(10_000, 1_000, 20 * i));
      vi.advanceTimersByTime(2_500);
    }
    expect(output.text.split('\n').slice(0, -1).at(-1)).toMatch(/ 0 % {2}80 of 10,000 .*starting$/);
  });

  it('is a bar on a terminal, which is taken away before a line is printed', () => {
    const output = new Output(true);
    const progress = createProgress(output, { NO_COLOR: '1' });
    progress.update(state(100, 50, 25));
    expect(output.text).toMatch(/^ {2}█+▒+░+ +25 % {3}starting\n {2}25 of 100 are there.*\n$/);
    progress.say('a line');
    expect(output.text.endsWith('\x1b[2A\r\x1b[0Ja line\n')).toBe(true);
  });

  it.each([30, 60, 80, 200])('fits a terminal of %i columns', (columns) => {
    const output = new Output(true, columns);
    createProgress(output, { NO_COLOR: '1' }).update(state(1_000_000, 500_000, 250_000));
    for (const line of output.text.split('\n')) expect(line.length).toBeLessThan(columns);
  });

  it('is colored on a terminal alone, and not with NO_COLOR or a dumb one', () => {
    const colored = (isTTY: boolean, env: NodeJS.ProcessEnv) =>
      createProgress(new Output(isTTY), env).colors.isColorSupported;
    expect(colored(true, {})).toBe(true);
    expect(colored(true, { NO_COLOR: '1' })).toBe(false);
    expect(colored(true, { TERM: 'dumb' })).toBe(false);
    expect(colored(false, {})).toBe(false);
  });
});
