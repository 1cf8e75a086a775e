import { type Item, jsonWeight, type ValueType } from '@redis-to-mongo/key-types';
import { type RuleBook, storedText, type ValueMapper } from '@redis-to-mongo/pipeline';

/**
 * A value type, changed by the rule of each key: values are read as before, but the rule makes their
 * documents.
 */
export class RuledTypes {
  /**
   * The changed types. Rules are few, and are replaced as a whole; the types of earlier rules are collected
   * with them.
   */
  readonly #made = new WeakMap<ValueMapper, ValueType>();

  constructor(
    private readonly type: ValueType,
    private readonly rules: RuleBook | undefined,
  ) {}

  /** The type, changed by the rule of a key. */
  typeFor(key: string): ValueType {
    const { keyType } = this.type.names;
    const mapper = this.rules?.ruleFor(key, keyType)?.mapperFor(keyType);
    if (!mapper) return this.type;
    const made = this.#made.get(mapper) ?? ruledType(this.type, mapper);
    this.#made.set(mapper, made);
    return made;
  }
}

function ruledType(type: ValueType, mapper: ValueMapper): ValueType {
  const { inline, element } = type.shape;
  const weigh = inline.weigh ?? weightOf;
  return {
    ...type,
    shape: {
      ...type.shape,
      inline: {
        ...inline,
        document: (items) => (items ? mapper.inline(inline.document(items)) : inline.document(items)),
        weigh: mapper.readsJson ? (item) => weigh(item) + jsonWeightOf(item) : weigh,
      },
      element: {
        ...element,
        document: (item, isPiece) => mapper.element(element.document(item, isPiece), isPiece),
        isLeftOut: ([name]) => !mapper.takes(storedText(name ?? Buffer.alloc(0))),
      },
    },
  };
}

/** Maximum number of bytes that the item takes as JSON, besides its text. */
function jsonWeightOf(item: Item): number {
  return item.reduce((sum, part) => sum + jsonWeight(part), 0);
}

/**
 * Maximum number of bytes of an item in a document: a pair of texts, or a member with its score, and what
 * BSON adds in a list.
 */
export function weightOf(item: Item): number {
  return item.reduce((sum, { length }) => sum + length, 40);
}
