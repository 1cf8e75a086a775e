import type { RuleConfig } from '../../config.js';
import type { MemberReader } from './member-reader.js';

const KINDS = ['number', 'json', 'date'] as const;

/** Which fields are stored, under which names, and as what. */
export function readFields(rule: MemberReader): Pick<RuleConfig, 'fields' | 'parse'> {
  const found = rule.object('fields');
  found?.reader.allow(['take', 'leave', 'rename']);
  const take = found?.reader.list('take');
  const leave = found?.reader.list('leave');
  if (take && leave) found?.reader.problem('take', 'stands beside leave', 'keep one of the two');
  const isStored = (name: string) => (take ? take.includes(name) : !leave?.includes(name));
  const rename = found && readRename(found.reader, take, isStored);
  const parse = readParse(rule, isStored);
  return {
    ...(found
      ? { fields: { ...(take ? { take } : {}), ...(leave ? { leave } : {}), ...(rename ? { rename } : {}) } }
      : {}),
    ...(parse ? { parse } : {}),
  };
}

function readRename(
  fields: MemberReader,
  take: readonly string[] | undefined,
  isStored: (name: string) => boolean,
): Readonly<Record<string, string>> | undefined {
  const found = fields.object('rename');
  if (!found) return undefined;
  const { reader, names } = found;
  const renamed: [string, string][] = [];
  const fieldOf = new Map((take ?? []).filter((name) => !names.includes(name)).map((name) => [name, name]));
  for (const name of names) {
    const stored = reader.text(name);
    if (stored === undefined) continue;
    if (!isStored(name))
      reader.problem(name, 'is a field that is left out', 'take the field, or remove this');
    const other = fieldOf.get(stored);
    if (other !== undefined)
      reader.problem(name, `would have the name that ${other} has`, 'give each field a name of its own');
    fieldOf.set(stored, name);
    renamed.push([name, stored]);
  }
  return Object.fromEntries(renamed);
}

function readParse(rule: MemberReader, isStored: (name: string) => boolean): RuleConfig['parse'] {
  const found = rule.object('parse');
  if (!found) return undefined;
  const kinds = found.names.flatMap((name) => {
    const kind = found.reader.oneOf(name, KINDS);
    if (!isStored(name))
      found.reader.problem(name, 'is a field that is left out', 'take the field, or remove this');
    return kind === undefined ? [] : [[name, kind] as const];
  });
  return Object.fromEntries(kinds);
}
