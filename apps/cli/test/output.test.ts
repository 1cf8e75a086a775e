import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Output } from '../src/output.js';

test.each(['json', 'jsonLine'] as const)(
  '%s shows a terminal no character that could control it',
  (method) => {
    const stdout = new PassThrough();
    const out = new Output({ stdout, stderr: stdout, isJson: true, env: {} });
    const value = {
      'a\u009b31m': ['\x1b[2J', '\x7f', 'rtl\u202e', 'line\u2028', 'tag\u{e0041}', '日本 😀\n'],
    };
    out[method](value);
    const printed = String(stdout.read());
    expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(printed).toContain('日本 😀');
    expect(JSON.parse(printed)).toEqual(value);
  },
);
