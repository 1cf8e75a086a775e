import { hash } from 'node:crypto';
import type { KeyType } from '../key-type.js';
import type { ParseKind, RuleSpec } from '../rules/rule.js';

/** What values without fields have that can be parsed, or stand under a name of its own. */
const PARTS: Partial<Record<KeyType, readonly string[]>> = {
  string: ['value'],
  json: ['value'],
  set: ['members', 'member'],
  zset: ['members', 'member', 'score'],
  list: ['items', 'item'],
};

/** The names that a rule gives to the parts of values without fields, in the shape `document`. */
export function partNames(
  { fields }: Pick<RuleSpec, 'fields'>,
  keyType: KeyType,
): Readonly<Record<string, string>> {
  const parts = PARTS[keyType] ?? [];
  return Object.fromEntries(Object.entries(fields?.rename ?? {}).filter(([part]) => parts.includes(part)));
}

/**
 * Tells what a rule makes of the documents of a type from what another one makes of them; `undefined` where it leaves them as
 * they are.
 */
export function rulePrint(spec: RuleSpec, keyType: KeyType): string | undefined {
  const { fields, shape } = spec;
  const hasFields = keyType === 'stream' || keyType === 'hash';
  const names = shape === 'document' ? partNames(spec, keyType) : {};
  const said = [
    hasFields ? [fields?.take, fields?.leave, sorted(fields?.rename)] : sorted(names),
    sorted(parseOf(spec, keyType)),
    shape,
  ];
  const text = JSON.stringify(said);
  const nothing = JSON.stringify([hasFields ? [undefined, undefined, []] : [], [], undefined]);
  return text === nothing ? undefined : hash('sha256', text, 'base64url').slice(0, 12);
}

function parseOf({ parse = {} }: RuleSpec, keyType: KeyType): Readonly<Record<string, ParseKind>> {
  if (keyType === 'stream' || keyType === 'hash') return parse;
  const parts = keyType === 'json' ? [] : (PARTS[keyType] ?? []);
  return Object.fromEntries(Object.entries(parse).filter(([name]) => parts.includes(name)));
}

function sorted(members: Readonly<Record<string, string>> = {}): readonly (readonly [string, string])[] {
  return Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
}
