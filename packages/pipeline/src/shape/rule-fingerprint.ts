import { hash } from 'node:crypto';
import type { ParseKind, RuleSpec } from '../rules/rule.js';
import type { RuledType } from '../rules/ruled-type.js';

/** The names that a rule gives to the parts of values without fields, in the shape `document`. */
export function partNames(
  { fields }: Pick<RuleSpec, 'fields'>,
  { named }: Pick<RuledType, 'named'>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields?.rename ?? {}).filter(([part]) => named.includes(part)));
}

/**
 * Distinguishes what a rule makes of the documents of a type from what another rule makes of them; `undefined` where it leaves them as
 * they are.
 */
export function ruleFingerprint(spec: RuleSpec, type: RuledType): string | undefined {
  const { fields, shape } = spec;
  const { hasFields } = type;
  const names = shape === 'document' ? partNames(spec, type) : {};
  const said = [
    hasFields ? [fields?.take, fields?.leave, sorted(fields?.rename)] : sorted(names),
    sorted(parseOf(spec, type)),
    shape,
  ];
  const text = JSON.stringify(said);
  const nothing = JSON.stringify([hasFields ? [undefined, undefined, []] : [], [], undefined]);
  return text === nothing ? undefined : hash('sha256', text, 'base64url').slice(0, 12);
}

function parseOf(
  { parse = {} }: RuleSpec,
  { hasFields, named, parsed }: RuledType,
): Readonly<Record<string, ParseKind>> {
  if (hasFields) return parse;
  const parts = parsed.length > 0 ? named : [];
  return Object.fromEntries(Object.entries(parse).filter(([name]) => parts.includes(name)));
}

function sorted(members: Readonly<Record<string, string>> = {}): readonly (readonly [string, string])[] {
  return Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
}
