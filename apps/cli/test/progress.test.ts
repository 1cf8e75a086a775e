import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { INTERRUPTED, Interruption } from '../src/interruption.js';
import { Output } from '../src/output.js';
import { Progress } from '../src/progress.js';

describe('the progress of a command', () => {
  const begun = (isJson = false) => {
    const stderr = new PassThrough();
    const out = new Output({ stdout: new PassThrough(), stderr, isJson, env: {} });
    const progress = new Progress(out, 1_200, 'keys');
    progress.addDone();
    progress.addDone();
    return { progress, noted: () => String(stderr.read() ?? '') };
  };
  const interruption = new Interruption();

  test('is reported before the error that ends it, as a JSON document with --json', async () => {
    for (const isJson of [false, true]) {
      const { progress, noted } = begun(isJson);
      await expect(progress.until(Promise.reject(new Error('cut')), interruption)).rejects.toThrow('cut');
      const note = '2 of 1,200 keys done before the error';
      expect(noted()).toBe(`${isJson ? JSON.stringify({ note }) : note}\n`);
    }
  });

  test('is not reported when the work ends, or is interrupted', async () => {
    const { progress, noted } = begun();
    expect(await progress.until(Promise.resolve('done'), interruption)).toBe('done');
    const never = progress.until(new Promise(() => {}), interruption);
    interruption.interrupt('SIGINT');
    expect(await never).toBe(INTERRUPTED);
    expect(noted()).toBe('');
  });
});
