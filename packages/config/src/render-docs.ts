import { expectedOf } from './formats.js';
import type { Option } from './option.js';
import { GROUPS } from './options/groups.js';

const INTRO = `# Configuration

<!-- Made from the schema in packages/config/src/options: change it there, then run \`npm run docs\`. -->

Every option has one name, in the environment and in the configuration file. The environment wins over the file, the
file over the defaults. All mistakes are told at once when a process starts, and it does not start with one.

- The file is \`config.json\` in the working directory, else in the folder \`config\` there, if there is one.
  \`--config PATH\` or \`CONFIG_FILE=PATH\` names another, which then has to exist. It is one JSON object: \`{ "REDIS_HOST": "localhost", "SYNC_INTERVAL_SEC": 1 }\`.
- Editors complete and check the file by [config.schema.json](../config.schema.json): give its path as \`"$schema"\`, as \`config.example.json\` does.
- An empty variable counts as not set; in the file, so do \`null\` and an empty text.
- Numbers and true or false may be written as text in the file. Lists have commas between their items; \`\\,\` is a comma
  inside an item, and any other backslash stays as it is. In the file they may be arrays.
- An unknown name in the file is a mistake. Unknown variables are ignored, with a warning when one looks like a
  misspelled option.
- Where a URL and another option say the same thing, the higher source wins: \`MONGO_URI\` in the environment replaces
  \`MONGO_HOST\`, \`MONGO_USERNAME\` and the others of the file, with a warning. In the same source an option may add what
  the URL leaves out; if it says something else, that is a mistake.
- Secrets are never shown: not in logs, not in errors, not on pages.

A \`config.json\` of the old engine works as it is: \`MONGO_DB_NAME\`, \`MONGO_USERNAME\`, \`MONGO_PASSWORD\`, \`MONGO_HOST\`,
\`REDIS_HOST\`, \`REDIS_PORT\`, \`SYNC_INTERVAL_SEC\` and \`MESSAGES_PER_STREAM\` mean what they meant.
`;

/** The reference page of all options, as Markdown. */
export function renderDocs(): string {
  const groups = GROUPS.map(({ title, intro, options }) =>
    [
      `## ${title}\n`,
      ...(intro === '' ? [] : [`${intro}\n`]),
      '| Option | Default | Format | Description |',
      '| --- | --- | --- | --- |',
      ...Object.entries(options).map(([name, option]) => renderRow(name, option)),
      '',
    ].join('\n'),
  );
  return [INTRO, ...groups].join('\n');
}

function renderRow(name: string, option: Option<unknown>): string {
  const notes = [
    option.doc,
    ...(option.sensitive ? ['Secret.'] : []),
    ...(option.oldEngine === undefined ? [] : [`*Old engine: ${option.oldEngine}.*`]),
  ];
  const cells = [`\`${name}\``, renderDefault(option), expectedOf(option), notes.join(' ')];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function renderDefault({ default: value, unset }: Option<unknown>): string {
  if (unset !== undefined) return unset;
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : `\`${value.join(',')}\``;
  return `\`${String(value)}\``;
}
