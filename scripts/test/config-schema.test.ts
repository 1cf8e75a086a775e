import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { optionNames } from '../../packages/config/src/options/options.js';
import { renderSchema } from '../../packages/config/src/render-schema.js';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const validate = new Ajv({ allErrors: true, allowUnionTypes: true, strict: true }).compile(
  JSON.parse(renderSchema()),
);
const isRight = (file: unknown) => validate(file);

it('the schema of config.json matches the options, and has all of them', () => {
  expect(read('config.schema.json')).toBe(renderSchema());
  const { properties } = JSON.parse(renderSchema());
  expect(Object.keys(properties)).toEqual(expect.arrayContaining([...optionNames()]));
});

it('the schema accepts the example, and each way to write a value', () => {
  expect(isRight(JSON.parse(read('config.example.json'))), JSON.stringify(validate.errors)).toBe(true);
  expect(
    isRight({ REDIS_PORT: '6379', REDIS_PASSWORD: null, CHANGE_FEED: 'false', SYNC_INTERVAL_SEC: 0.5 }),
  ).toBe(true);
  expect(isRight({ KEY_TYPES: ['stream', 'hash'], KEY_INCLUDE: 'a:*,b:*', WAKE_UPS: false })).toBe(true);
});

it.each([
  { SYNC_INTERVAL: 1 },
  { REDIS_PORT: 0 },
  { REDIS_PORT: 1.5 },
  { CHANGE_FEED: 'yes' },
  { KEY_TYPES: ['streams'] },
  { LOG_LEVEL: 'loud' },
  { RULES: { match: '*' } },
])('the schema refuses %j', (file) => {
  expect(isRight(file)).toBe(false);
});
