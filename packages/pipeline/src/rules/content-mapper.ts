import { contentOf, type StoredContent, type StoredText } from '../content.js';
import { membersOf } from '../members-of.js';
import { exactNumber } from './exact-number.js';
import { parseDate } from './parse-date.js';
import type { ParseKind, RuleSpec } from './rule.js';
import { type Json, storableJson } from './storable-json.js';

/** A field's value after a rule: its text, or the parsed value. */
export type MappedValue = StoredText | number | bigint | Date | Json;

/** An entry's content as a rule made it, in the same two forms as StoredContent. */
export type MappedContent = Record<string, MappedValue> | [StoredText, MappedValue][];

/**
 * What a rule did to an entry. It is stored with the content, so that the entry can be restored even if the
 * rules have changed. Places are indexes of the fields of `content`, from 0.
 */
export interface Mapping {
  /** Number of fields that were left out; absent if 0. */
  readonly left?: number;
  /** The original names of renamed fields, by place. */
  readonly renamed?: readonly (readonly [place: number, name: string])[];
  /** Original texts that can't be derived from the parsed values, by place. */
  readonly texts?: readonly (readonly [place: number, text: string])[];
}

/** The fields of an entry after a rule, in the entry's order. */
export interface MappedPairs {
  readonly pairs: readonly (readonly [name: StoredText, value: MappedValue])[];
  /** `undefined` if the rule changed nothing. */
  readonly mapped: Mapping | undefined;
  /** Approximate number of bytes of the content and the mapping. */
  readonly bytes: number;
}

/** The content of an entry after a rule, as it is stored. */
export interface MappedEntry extends Omit<MappedPairs, 'pairs'> {
  readonly content: StoredContent | MappedContent;
}

/** Makes the content of an entry from its flat list of names and values. */
export type ContentMapper = (flat: readonly StoredText[]) => MappedEntry;

/** Compiles the mapper of a rule; `undefined` if the rule leaves content unchanged. */
export function contentMapper(spec: Pick<RuleSpec, 'fields' | 'parse'>): ContentMapper | undefined {
  const mapPairs = pairMapper(spec);
  if (!mapPairs) return undefined;
  return (flat) => {
    const { pairs, mapped, bytes } = mapPairs(flat);
    return { content: contentOf(pairs), mapped, bytes };
  };
}

/** As contentMapper, but the result is a list of names and values in the entry's order. */
export function pairMapper({
  fields,
  parse,
}: Pick<RuleSpec, 'fields' | 'parse'>): ((flat: readonly StoredText[]) => MappedPairs) | undefined {
  const take = fields?.take && new Set<StoredText>(fields.take);
  const leave = new Set<StoredText>(fields?.leave ?? []);
  const rename = new Map<StoredText, string>(Object.entries(fields?.rename ?? {}));
  const kinds = new Map<StoredText, ParseKind>(Object.entries(parse ?? {}));
  if (!take && leave.size + rename.size + kinds.size === 0) return undefined;
  return (flat) => {
    const pairs: [StoredText, MappedValue][] = [];
    const renamed: [number, string][] = [];
    const texts: [number, string][] = [];
    let left = 0;
    let bytes = 0;
    let isChanged = false;
    for (let i = 0; i + 1 < flat.length; i += 2) {
      const name = flat[i] ?? '';
      const text = flat[i + 1] ?? '';
      if (take ? !take.has(name) : leave.has(name)) {
        left++;
        continue;
      }
      const place = pairs.length;
      const stored = rename.get(name) ?? name;
      if (stored !== name && typeof name === 'string') renamed.push([place, name]);
      const kind = kinds.get(name);
      const parsed = kind !== undefined && typeof text === 'string' ? parseAs(kind, text) : undefined;
      if (parsed && typeof text === 'string') {
        isChanged = true;
        if (textOfValue(parsed.value) !== text) texts.push([place, text]);
      }
      pairs.push([stored, parsed ? parsed.value : text]);
      bytes += stored.length + (parsed ? parsed.bytes + text.length : text.length);
    }
    isChanged ||= left + renamed.length > 0;
    const mapping: Mapping = {
      ...(left > 0 ? { left } : {}),
      ...(renamed.length > 0 ? { renamed } : {}),
      ...(texts.length > 0 ? { texts } : {}),
    };
    return {
      pairs,
      mapped: isChanged ? mapping : undefined,
      bytes: bytes + (isChanged ? 20 + 40 * (renamed.length + texts.length) : 0),
    };
  };
}

/** The parsed value of a text, and its approximate size in bytes; `undefined` if the text stays text. */
export function parseAs(kind: ParseKind, text: string): { value: MappedValue; bytes: number } | undefined {
  if (kind === 'json') return storableJson(text);
  const value = kind === 'number' ? exactNumber(text) : parseDate(text);
  return value === undefined ? undefined : { value, bytes: 8 };
}

/** Whether a stored value, as the driver returns it, is the text itself or the text parsed as any kind. */
export function isMeantBy(text: string, value: unknown): boolean {
  return (['number', 'date', 'json'] as const).some((kind) => {
    const parsed = parseAs(kind, text);
    return parsed !== undefined && textOfValue(parsed.value) === textOfValue(value);
  });
}

/**
 * The text of a stored value. It is the text that the value was parsed from, unless `texts` has another one.
 * Accepts values as any MongoDB driver for Node returns them.
 */
export function textOfValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof Date) return value.toISOString();
  // The driver returns a 64-bit integer that a double can't hold as a Long.
  if (typeof value === 'bigint' || membersOf(value)._bsontype === 'Long') return String(value);
  return JSON.stringify(value);
}
