import { expect, it } from 'vitest';
import { changedOptions } from '../src/index.js';
import { configFolder } from './config-folder.js';

const folder = configFolder();

it('names the options that differ, with both values, wherever they come from', () => {
  const before = folder.load({ LOG_LEVEL: 'warn' });
  const next = folder.load({ LOG_LEVEL: 'debug' }, { SYNC_INTERVAL_SEC: 5 });
  expect(changedOptions(before, next)).toEqual([
    { option: 'SYNC_INTERVAL_SEC', from: '1', to: '5' },
    { option: 'LOG_LEVEL', from: 'warn', to: 'debug' },
  ]);
  expect(changedOptions(next, next)).toEqual([]);
});

it('notices values that are shown alike: secrets, and rules of the same number', () => {
  const rules = (pattern: string) => [{ pattern, history: true }];
  const before = folder.load({ MONGO_PASSWORD: 'one', MONGO_USERNAME: 'me' }, { RULES: rules('a*') });
  const next = folder.load({ MONGO_PASSWORD: 'two', MONGO_USERNAME: 'me' }, { RULES: rules('b*') });
  expect(changedOptions(before, next)).toEqual([
    { option: 'MONGO_PASSWORD', from: '***', to: '***' },
    { option: 'RULES', from: '1 rule', to: '1 rule' },
  ]);
});
