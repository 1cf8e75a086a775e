import { cpuMs } from '@redis-to-mongo/test-kit';
import { describe, expect, test } from 'vitest';
import { maskCredentials } from '../src/index.js';

describe('credentials', () => {
  test.each([
    ['redis://me:s3cret@host:6379/0', 'redis://me:***@host:6379/0'],
    ['mongodb+srv://u:p%40ss@a,b/db?x=1', 'mongodb+srv://u:***@a,b/db?x=1'],
    ['redis://:s3cret@host', 'redis://:***@host'],
    ['https://tok3n@host/x', 'https://***@host/x'],
    ['redis://u:mis/typed@pass@host', 'redis://u:***@host'],
    ['failed: redis://a:b@h1, then redis://c:d@h2', 'failed: redis://a:***@h1, then redis://c:***@h2'],
    ['redis://host?password=s3cret&db=1', 'redis://host?password=***&db=1'],
    [
      'mongodb://h/?tlsCertificateKeyFilePassword=s3cret&authMechanismProperties=AWS_SESSION_TOKEN:s3cret&w=1',
      'mongodb://h/?tlsCertificateKeyFilePassword=***&authMechanismProperties=***&w=1',
    ],
    ['mail me@example.org', 'mail me@example.org'],
  ])('of %s are hidden', (text, masked) => {
    expect(maskCredentials(text)).toBe(masked);
  });

  test('are hidden in a long text in a short time', () => {
    const mask = (long: string) => expect(maskCredentials(long).length).toBeLessThan(5_000);
    const simple = cpuMs(() => mask('a '.repeat(1_500_000)));
    for (const long of [`${'a'.repeat(1_000_000)}://`.repeat(3), 'x://'.repeat(300_000)])
      expect(cpuMs(() => mask(long)) / simple, long.slice(0, 10)).toBeLessThan(200);
  });
});

test('a hint keeps its words, and what stands beside it is masked all the same', () => {
  const hint = 'write --to redis://[user:password@]host:port[/db], or mongodb://[user:password@]host';
  expect(maskCredentials(hint)).toBe(hint);
  expect(maskCredentials(`redis://me:s3cret@h: ${hint}`)).toBe(`redis://me:***@h: ${hint}`);
});
