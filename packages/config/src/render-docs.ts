import { expectedOf } from './formats.js';
import type { Option } from './option.js';
import { GROUPS } from './options/groups.js';

const INTRO = `# Configuration

<!-- Generated from packages/config/src/options: change it there, then run \`npm run docs\`. -->

Every option has the same name in the environment and in the configuration file. The environment overrides the file, and the
file overrides the defaults. A process with a mistake in its configuration does not start, and reports all mistakes at once.

- The file is \`config.json\` in the working directory, or else in the folder \`config\` below it. \`--config PATH\` or
  \`CONFIG_FILE=PATH\` names another file, which must exist. The file is one JSON object: \`{ "REDIS_HOST": "localhost", "SYNC_INTERVAL_SEC": 1 }\`.
- Editors complete and check the file with [config.schema.json](../config.schema.json): set \`"$schema"\` to its path, as \`config.example.json\` does.
- An empty variable counts as not set. In the file, so do \`null\` and an empty text.
- The file may contain numbers, true and false as text.
- Items of a list are separated by commas. \`\\,\` is a comma inside an item; any other backslash is kept. In the file, a list may be an array.
- An unknown name in the file is a mistake. Unknown variables are ignored; a variable that looks like a misspelled option causes a warning.
- If a URL and another option set the same thing, the higher source wins: \`MONGO_URI\` in the environment replaces
  \`MONGO_HOST\`, \`MONGO_USERNAME\` and the others of the file, with a warning. In the same source, an option may add what
  the URL leaves out, but must not contradict it.
- Former names of options (\`FOLLOW_STREAMS\`, \`WAKE_UPS\`) still work, with a warning that gives the current name.
- Secrets are never shown: not in logs, errors or pages.

A \`config.json\` of the previous engine works unchanged: \`MONGO_DB_NAME\`, \`MONGO_USERNAME\`, \`MONGO_PASSWORD\`, \`MONGO_HOST\`,
\`REDIS_HOST\`, \`REDIS_PORT\`, \`SYNC_INTERVAL_SEC\` and \`MESSAGES_PER_STREAM\` have the same meaning.
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
