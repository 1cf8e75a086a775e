import { keyTypeEntry } from '@redis-to-mongo/key-types';
import { defined, type KeyType, OURS, type RuleSpec } from '@redis-to-mongo/pipeline';
import { showUnknown } from '../../show-value.js';
import type { MemberReader } from './member-reader.js';

const KINDS = ['number', 'json', 'date'] as const;

/**
 * Which fields are stored, under which names, and as which types.
 * @param types the rule's key types; undefined: all.
 */
export function readFields(
  rule: MemberReader,
  types: readonly KeyType[] | undefined,
): Pick<RuleSpec, 'fields' | 'parse'> {
  const found = rule.object('fields');
  found?.reader.allow(['take', 'leave', 'rename']);
  const take = found?.reader.list('take');
  const leave = found?.reader.list('leave');
  if (take && leave) found?.reader.problem('take', 'stands beside leave', 'keep one of the two');
  const isStored = (name: string) => (take ? take.includes(name) : !leave?.includes(name));
  const parts = namesOf(rule, types);
  const rename = found && readRename(found.reader, take, isStored, parts);
  if (parts)
    for (const name of ['take', 'leave'])
      if (found?.reader.has(name))
        found.reader.problem(
          name,
          `does not apply to ${types?.join(', ')}`,
          'remove it: only streams and hashes have fields',
        );
  if (!parts && rule.has('shape'))
    for (const [name, stored] of Object.entries(rename ?? {}))
      if (!isFine(stored))
        found?.reader.warn(
          `rename.${name}`,
          `${showUnknown(stored)} cannot stand at the top level of a document: the field is stored in ${OURS}.fields`,
        );
  const parse = readParse(rule, isStored, types, rename ?? {});
  return defined({ fields: found && defined({ take, leave, rename }), parse });
}

function readRename(
  fields: MemberReader,
  take: readonly string[] | undefined,
  isStored: (name: string) => boolean,
  parts: readonly string[] | undefined,
): Readonly<Record<string, string>> | undefined {
  const found = fields.object('rename');
  if (!found) return undefined;
  const { reader, names } = found;
  const renamed: [string, string][] = [];
  const fieldOf = new Map((take ?? []).filter((name) => !names.includes(name)).map((name) => [name, name]));
  for (const name of names) {
    const stored = reader.text(name);
    if (stored === undefined) continue;
    if (parts && !parts.includes(name))
      reader.problem(showUnknown(name), 'has no name to be changed', `write one of ${parts.join(', ')}`);
    else if (!parts && !isStored(name))
      reader.problem(name, 'is a field that is left out', 'take the field, or remove this');
    if (parts && !isFine(stored))
      reader.problem(
        name,
        'would have a name that cannot stand at the top level',
        'write letters, digits and _',
      );
    const other = fieldOf.get(stored);
    if (other !== undefined)
      reader.problem(name, `would have the name that ${other} has`, 'give each field a name of its own');
    fieldOf.set(stored, name);
    renamed.push([name, stored]);
  }
  return Object.fromEntries(renamed);
}

function readParse(
  rule: MemberReader,
  isStored: (name: string) => boolean,
  types: readonly KeyType[] | undefined,
  rename: Readonly<Record<string, string>>,
): RuleSpec['parse'] {
  const parts = partsOf(types);
  const found = rule.object('parse');
  if (!found) return undefined;
  const kinds = found.names.flatMap((name) => {
    const kind = found.reader.oneOf(name, KINDS);
    if (parts && !parts.includes(name))
      found.reader.problem(
        showUnknown(name),
        `is no part of ${types?.join(', ')}`,
        `write one of ${parts.join(', ')}`,
      );
    else if (!parts && !isStored(name))
      found.reader.problem(name, 'is a field that is left out', 'take the field, or remove this');
    const source = parts ? undefined : sourceOf(name, rename);
    if (source !== undefined && !found.names.includes(source))
      found.reader.warn(name, `is the new name of ${showUnknown(source)}: parse goes by the names in Redis`);
    if (name === 'score' && parts && kind === 'json')
      found.reader.problem(name, 'is a number', 'write date, or remove it');
    return kind === undefined ? [] : [[name, kind] as const];
  });
  return Object.fromEntries(kinds);
}

/** The field that gets this name, unless a field of this name is renamed itself. */
function sourceOf(name: string, rename: Readonly<Record<string, string>>): string | undefined {
  if (Object.hasOwn(rename, name)) return undefined;
  return Object.keys(rename).find((source) => rename[source] === name);
}

/**
 * In the shape `document`, the names that the fleet gives to content of types without fields; `undefined` if
 * one of the types has fields.
 */
function namesOf(rule: MemberReader, types: readonly KeyType[] | undefined): readonly string[] | undefined {
  if (!rule.has('shape') || !types || types.some((type) => keyTypeEntry(type).rules.hasFields))
    return undefined;
  return [...new Set(types.flatMap((type) => keyTypeEntry(type).rules.named))];
}

function isFine(name: string): boolean {
  return /^[^$.\0\d][^.\0]*$/u.test(name) && !/^(_id|_redis|removeAt|_bsontype|__proto__|toBSON)$/.test(name);
}

/** The names that can be parsed, if none of the types has fields; otherwise `undefined`. */
function partsOf(types: readonly KeyType[] | undefined): readonly string[] | undefined {
  if (!types || types.some((type) => keyTypeEntry(type).rules.hasFields)) return undefined;
  const parts = types.flatMap((type) => keyTypeEntry(type).rules.parsed);
  return parts.length > 0 ? [...new Set(parts)] : undefined;
}
