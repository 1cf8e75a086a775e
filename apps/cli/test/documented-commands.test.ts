import { readdirSync, readFileSync } from 'node:fs';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { expect, it } from 'vitest';
import { createProgram } from '../src/program.js';
import { PROGRAMS } from '../src/programs.js';

const root = new URL('../../../', import.meta.url);
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(new URL('docs/', root)).map((file) => `docs/${file}`),
]
  .filter((file) => file.endsWith('.md'))
  .concat('deploy/prometheus/alerts.yml', 'docker-compose.yml');
const program: CommandUnknownOpts = createProgram(process, () => async () => {});

/** What is wrong with a command line; empty if it could be typed so. */
function wrongIn(words: readonly string[]): string {
  let command = program;
  for (const word of words) {
    if (word.startsWith('-')) {
      const known = [command, program].flatMap(({ options }) => options);
      if (
        !known.some(({ long, short }) => long === word || short === word) &&
        word !== '--help' &&
        word !== '--version'
      )
        return `${command.name()} has no option ${word}`;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word);
    if (next) command = next;
    else if (command === program) return `there is no command ${word}`;
  }
  return '';
}

it.each(pages)('%s names commands and options that there are', (page) => {
  const text = readFileSync(new URL(page, root), 'utf8');
  const fences = /^```[\s\S]*?^```/gm;
  const inFences = [...text.matchAll(fences)].flatMap(([fence]) => fence.split('\n'));
  const inline = [...text.replace(fences, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  const lines = [...inFences, ...inline.map((code) => code.replace(/\s+/g, ' '))].flatMap(
    (line) => /^redis-to-mongo +([a-z-][^#;&|]*)/.exec(line)?.[1] ?? [],
  );
  const wrong = lines
    .map((line) =>
      line
        .trim()
        .replace(/'[^']*'/g, 'WORD')
        .split(/\s+/),
    )
    .filter(([first = '']) => !PROGRAMS.some(({ name }) => name === first))
    .map((words) => wrongIn(words))
    .filter((each) => each !== '');
  expect(wrong).toEqual([]);
});
