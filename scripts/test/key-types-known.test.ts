import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { VALUE_TYPES } from '@redis-to-mongo/key-types';
import { expect, it } from 'vitest';
import { root } from '../run/root.mjs';

/**
 * Names of all types except streams, which are special: their own names, the
 * answers of TYPE, their collections.
 */
const NAMES = new Set(
  VALUE_TYPES.flatMap(({ names, answer }) => [
    ...[names.keyType, answer, names.collection, names.memberCollection],
  ]),
);
/**
 * Commands that read them. GET is left out: it is also a method of HTTP. The queue
 * has its own Redis and keys.
 */
const COMMANDS = new Set(VALUE_TYPES.flatMap(({ needs }) => needs('key').map(([command]) => command)));
COMMANDS.delete('GET');
// EVAL_RO runs a script, which may read any type.
COMMANDS.delete('EVAL_RO');

/** Files where such words mean something else, or name something that the fleet does not define. */
const ALLOWED: Readonly<Record<string, { readonly words: readonly string[]; readonly why: string }>> = {
  'packages/mongo-sink/src/admin/old-engine.ts': {
    words: ['set', 'list', 'zset', 'string', 'json'],
    why: 'the collections of the engine before this one, as they were',
  },
  'packages/operations/src/adopt/adopt-values.ts': {
    words: ['set', 'string', 'json', 'zset'],
    why: 'how that engine kept its types; in its first weeks it knew metadata sets alone',
  },
  'packages/config/src/option.ts': { words: ['list'], why: 'a format of options' },
  'packages/config/src/render-schema.ts': { words: ['list'], why: 'the same' },
  'packages/config/src/read-json.ts': { words: ['json'], why: 'how a file is read' },
  'packages/config/src/build/rules/read-fields.ts': { words: ['json'], why: 'a text can be parsed as JSON' },
  'packages/config/src/build/rules/read-rule.ts': { words: ['json'], why: 'the same' },
  'packages/pipeline/src/rules/content-mapper.ts': { words: ['json'], why: 'the same' },
  'packages/pipeline/src/rules/value-mapper.ts': { words: ['json'], why: 'the same' },
  'packages/mongo-sink/src/bson/plain-bson-writer.ts': { words: ['string'], why: 'a type of JavaScript' },
  'packages/redis-source/src/values/small-script.ts': { words: ['string'], why: 'a type of Lua' },
  'packages/mongo-sink/src/database/streams-view.ts': { words: ['set'], why: 'a variable of a view' },
  'apps/dashboard/src/auth/scrypt-hash.ts': { words: ['hash'], why: 'the hash of a password' },
  'apps/dashboard/src/routes/export-routes.ts': { words: ['json'], why: 'a format of exports' },
  'apps/dashboard/src/pages/live-list.ts': { words: ['json'], why: 'the same' },
  'apps/dashboard/src/routes/bulk-routes.ts': { words: ['list'], why: 'a parameter of a page' },
  'apps/dashboard/src/routes/login-routes.ts': { words: ['string'], why: 'how a form is parsed' },
  'apps/cli/src/commands/inspecting.ts': { words: ['list'], why: 'a command' },
  'packages/proving-ground/src/demo/result-lines.ts': { words: ['sets'], why: 'a column' },
  'packages/test-kit/src/app-process.ts': { words: ['json'], why: 'a format of logs' },
  'packages/proving-ground/src/fleet/fleet-env.ts': { words: ['json'], why: 'a format of logs' },
  'packages/proving-ground/src/values/value-model.ts': {
    words: ['hash', 'set', 'zset', 'list', 'string'],
    why: 'demo and chaos write values, and know by themselves what MongoDB must have',
  },
  'packages/proving-ground/src/values/module-models.ts': {
    words: ['json', 'vectorset', 'timeseries'],
    why: 'the same',
  },
  'packages/proving-ground/src/chaos/chaos-rules.ts': {
    words: ['hash', 'set', 'zset', 'list', 'string', 'json'],
    why: 'rules of a run, as users write them',
  },
  'apps/up/src/plan-fleet.ts': { words: ['json'], why: 'a format of logs' },
};

/** Loads of the benchmark have types, because each type is measured by itself. */
const BENCH = join('proving-ground', 'src', 'bench') + sep;

/** Expressions with types of JavaScript, or with formats. */
const OTHER_WORDS = [
  /typeof [^=!]+[=!]==? '(?:string)'/g,
  /type: \[?(?:'\w+', )*'(?:string)'/g,
  /(?:'number' \| 'json'|'number', '(?:json|date)'|'auto'(?: \||,) 'json')[^\n]*/g,
];

const sources = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(join(root, folder)).flatMap((room) =>
    room === 'key-types' ? [] : filesIn(join(folder, room, 'src')).filter((file) => !file.includes(BENCH)),
  ),
);

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

function known(file: string): readonly string[] {
  const text = OTHER_WORDS.reduce(
    (rest, words) => rest.replace(words, ''),
    readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''),
  );
  return [...text.matchAll(/'([\w-]+)'/g)]
    .map(([, word = '']) => word)
    .filter((word) => NAMES.has(word) || (COMMANDS.has(word) && !file.startsWith('packages/job-queue')));
}

it('the allowed words occur', () => {
  expect(sources.length).toBeGreaterThan(400);
  for (const [file, { words }] of Object.entries(ALLOWED))
    expect(known(file), file).toEqual(expect.arrayContaining([...words]));
});

it('a key type is known only in its own file', () => {
  const named = sources.flatMap((file) =>
    known(file)
      .filter((word) => !ALLOWED[file]?.words.includes(word))
      .map((word) => `${file}: '${word}'`),
  );
  expect(named).toEqual([]);
});
