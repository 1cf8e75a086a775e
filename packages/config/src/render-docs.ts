import { expectedOf } from './formats.js';
import type { Option } from './option.js';
import { GROUPS } from './options/groups.js';

/** The option tables of docs/configuration.md, by group. */
export function renderDocs(): Readonly<Record<string, string>> {
  const tables = GROUPS.map(({ title, options }) => [
    title,
    [
      '| Option | Default | Format | Description |',
      '| --- | --- | --- | --- |',
      ...Object.entries(options).map(([name, option]) => renderRow(name, option)),
      '',
    ].join('\n'),
  ]);
  return Object.fromEntries(tables);
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
