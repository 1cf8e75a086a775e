import { fuzz } from '@redis-to-mongo/test-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConfigError, describeConfig } from '../src/index.js';
import { optionNames, optionOf } from '../src/options/options.js';
import { configFolder } from './config-folder.js';

const folder = configFolder();

const SECRET = 's3kr-never-shown-7';
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...optionNames()) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
);
/** What comes near to being right, and what does not. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('0', '1', '-1', '1e9', '0x10', ' 7 ', 'true', 'FALSE', 'null', '[]', '{}', '*', ',', '\\'),
  fc.integer().map(String),
  fc.double().map(String),
  fc.webUrl(),
  fc
    .tuple(fc.constantFrom('redis', 'rediss', 'mongodb', 'mongodb+srv', 'http'), fc.string({ maxLength: 20 }))
    .map(([scheme, rest]) => `${scheme}://${rest}`),
  fc
    .tuple(fc.constantFrom('redis', 'mongodb'), fc.domain(), fc.integer({ min: -1, max: 70_000 }))
    .map(([scheme, host, port]) => `${scheme}://user:${SECRET}@${host}:${port}/x?a=${SECRET}`),
);
const env = fc.dictionary(name, text, { maxKeys: 8 });
const file = fc.oneof(
  fc.constant(undefined),
  fc.dictionary(name, fc.oneof(text, fc.jsonValue()), { maxKeys: 8 }),
  fc.jsonValue().map((value) => JSON.stringify(value) ?? ''),
  fc.string({ unit: 'binary', maxLength: 60 }).map((rest) => `{ "REDIS_PASSWORD": "${SECRET}", ${rest}`),
);

/** What stands in an option that is a secret is one. */
function withSecrets(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([option, value]) =>
      optionNames().some((known) => known === option && optionOf(known).sensitive)
        ? [option, `${SECRET}${value}`]
        : [option, value],
    ),
  );
}

it('any environment and any file give a configuration, or all that is wrong with them, and no secret', async () => {
  await fuzz(
    'configurations: environment and config.json',
    fc.property(env, file, (variables, content) => {
      let shown: string;
      try {
        const config = folder.load(withSecrets(variables), content);
        shown = JSON.stringify([describeConfig(config), config.warnings]);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        expect(error.problems.length).toBeGreaterThan(0);
        shown = `${error.stack} ${JSON.stringify(error.problems)}`;
      }
      expect(shown).not.toContain(SECRET);
    }),
    500,
  );
});
