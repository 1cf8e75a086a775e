import type { ValueDocument } from '../batch.js';
import { bytesOf, contentOf, pairsOf, type StoredText, storedText } from '../content.js';
import { type Mapping, pairMapper, parseAs, textOfValue } from './content-mapper.js';
import { parseDate } from './parse-date.js';
import type { ParseKind, RuleSpec } from './rule.js';

/**
 * Changes the documents of values of one type, by a rule. Facts that can no longer be derived from the
 * document are in its `mapped`, as in a message: see Mapping. Places are indexes of a list's items; in a
 * member's own document, the place is 0.
 */
export interface ValueMapper {
  /** Whether a hash's field is stored. */
  takes(field: StoredText): boolean;
  /** Changes the one document of a value. */
  inline(document: ValueDocument): ValueDocument;
  /**
   * Changes the document of one member.
   * @param isPiece whether the document holds only a part of the member: then nothing is parsed.
   */
  element(document: ValueDocument, isPiece: boolean): ValueDocument;
  /** Whether texts are parsed as JSON: a document may then need several times as many bytes as its texts. */
  readonly readsJson: boolean;
}

/** A mapper for values whose items are fields with values. */
export function fieldsMapper(spec: RuleSpec): ValueMapper | undefined {
  const mapPairs = pairMapper(spec);
  if (!mapPairs) return undefined;
  const renameOnly = pairMapper(spec.fields?.rename ? { fields: { rename: spec.fields.rename } } : {});
  const take = spec.fields?.take;
  const leave = spec.fields?.leave ?? [];
  const takes = (name: StoredText) => {
    if (typeof name !== 'string') return !take;
    return take ? take.includes(name) : !leave.includes(name);
  };
  return {
    takes,
    readsJson: readsJson(spec),
    inline(document) {
      const flat = pairsOf(document.fields).flatMap(([name, value]) => [textIn(name), textIn(value)]);
      const { pairs, mapped } = mapPairs(flat);
      const { fieldsExpireAt, ...others } = document;
      const times = Array.isArray(fieldsExpireAt)
        ? fieldsExpireAt.filter(({ field }) => takes(textIn(field)))
        : [];
      return {
        ...others,
        fields: contentOf(pairs),
        ...(times.length > 0 ? { fieldsExpireAt: times } : {}),
        ...(mapped ? { mapped } : {}),
      };
    },
    element(document, isPiece) {
      const map = isPiece ? renameOnly : mapPairs;
      const { pairs: [[field, value] = [document.field, document.value]] = [], mapped } =
        map?.([textIn(document.field), textIn(document.value)]) ?? {};
      return { ...document, field, value, ...(mapped ? { mapped } : {}) };
    },
  };
}

/** `undefined` if a value stays unchanged. `text` is present if it can't be derived from the parsed value. */
type Parsed = { readonly value: unknown; readonly text?: string } | undefined;

function parsed(stored: unknown, kind: ParseKind | undefined): Parsed {
  if (kind === undefined || typeof stored !== 'string') return undefined;
  const found = parseAs(kind, stored);
  if (!found) return undefined;
  return { value: found.value, ...(textOfValue(found.value) === stored ? {} : { text: stored }) };
}

/** A mapper for a value that is one text, `value`. If it is parsed, its `integer` is removed. */
export function textMapper(spec: RuleSpec): ValueMapper | undefined {
  if (!isAsked(spec, 'value')) return undefined;
  return {
    ...takesAll(spec),
    inline(document) {
      const found = parsed(document.value, spec.parse?.value);
      if (!found) return document;
      const { integer: _, ...others } = document;
      return { ...others, value: found.value, mapped: textsOf([[0, found.text]]) };
    },
    element: (document) => document,
  };
}

/**
 * A mapper for values whose items are texts: in the field `list` of the value's document, and in the field
 * `single` of an item's own document.
 */
export function listMapper(spec: RuleSpec, list: string, single: string): ValueMapper | undefined {
  if (!isAsked(spec, single)) return undefined;
  const parse = (value: unknown) => parsed(value, spec.parse?.[single]);
  return {
    ...takesAll(spec),
    inline(document: ValueDocument): ValueDocument {
      const values = Array.isArray(document[list]) ? document[list] : [];
      const found = values.map(parse);
      if (!found.some(Boolean)) return document;
      return {
        ...document,
        [list]: values.map((value: unknown, i) => {
          const each = found[i];
          return each ? each.value : value;
        }),
        mapped: textsOf(found.map((each, place) => [place, each?.text])),
      };
    },
    element(document: ValueDocument, isPiece: boolean): ValueDocument {
      const found = isPiece ? undefined : parse(document[single]);
      return found ? { ...document, [single]: found.value, mapped: textsOf([[0, found.text]]) } : document;
    },
  };
}

/** A mapper for `members` with a `score`, which is a number. As a date, the score counts ms since 1970. */
export function scoredMapper(spec: RuleSpec): ValueMapper | undefined {
  if (!isAsked(spec, 'member') && !isAsked(spec, 'score')) return undefined;
  const { member, score } = spec.parse ?? {};
  const scored = (document: ValueDocument): ValueDocument => {
    const date =
      score === 'date' && typeof document.score === 'number' ? parseDate(String(document.score)) : undefined;
    return date ? { ...document, score: date } : document;
  };
  return {
    ...takesAll(spec),
    inline(document: ValueDocument): ValueDocument {
      const members: readonly ValueDocument[] = Array.isArray(document.members) ? document.members : [];
      const found = members.map((each) => parsed(each.member, member));
      const mapped = found.some(Boolean) ? { mapped: textsOf(found.map((each, i) => [i, each?.text])) } : {};
      const made = members.map((each, i) => scored(found[i] ? { ...each, member: found[i].value } : each));
      return { ...document, members: made, ...mapped };
    },
    element(document: ValueDocument, isPiece: boolean): ValueDocument {
      const found = isPiece ? undefined : parsed(document.member, member);
      return scored(
        found ? { ...document, member: found.value, mapped: textsOf([[0, found.text]]) } : document,
      );
    },
  };
}

function takesAll(spec: RuleSpec): Pick<ValueMapper, 'takes' | 'readsJson'> {
  return { takes: () => true, readsJson: readsJson(spec) };
}

function readsJson({ parse = {} }: RuleSpec): boolean {
  return Object.values(parse).includes('json');
}

function isAsked({ parse = {} }: RuleSpec, name: string): boolean {
  return Object.hasOwn(parse, name);
}

function textsOf(places: readonly (readonly [number, string | undefined])[]): Mapping {
  const texts = places.flatMap(([place, text]) => (text === undefined ? [] : [[place, text] as const]));
  return texts.length > 0 ? { texts } : {};
}

function textIn(stored: unknown): StoredText {
  return typeof stored === 'string' ? stored : storedText(bytesOf(stored));
}
