import type { Item, ValueType } from '@redis-to-mongo/key-types';
import { Buckets, type ElementLayout, hashedLayout } from '@redis-to-mongo/pipeline';
import type { ItemReader } from './item-reader.js';
import { weightOf } from './ruled-types.js';
import type { Frame } from './sliding-frame.js';
import { MAX_DOCUMENT_WEIGHT } from './value-options.js';
import { addElements, type PassResult, ValuePass } from './value-pass.js';

/** The result of a value's first reading: it shows whether the value has changed, and how large it is. */
export interface FirstReading extends PassResult {
  /** The items, if they fit into one document. */
  readonly kept: readonly Item[] | undefined;
  /** An upper estimate of the bytes of that document. */
  readonly weight: number;
  readonly layout: ElementLayout;
  /** The elements by bucket, if their places are known before the whole value is read. */
  readonly buckets: Buckets | undefined;
}

/** Reads the whole value once; keeps its items only while they are within the limits. */
export async function firstReading(
  reader: ItemReader,
  { shape }: ValueType,
  how: 'paged' | 'atomic',
  key: Buffer,
  expectedItems: number,
  last: Frame | undefined,
  limits: Readonly<Record<'items' | 'bytes', number>>,
): Promise<FirstReading> {
  const layout: ElementLayout = shape.order === 'hashed' ? hashedLayout(expectedItems) : { kind: 'indexed' };
  const buckets = shape.order === 'sliding' ? undefined : new Buckets(layout);
  const pass = new ValuePass(shape, last);
  const weigh = shape.inline.weigh ?? weightOf;
  let kept: Item[] | undefined = [];
  let weight = 0;
  const pages = reader[how](key);
  for (;;) {
    const page = await pages.next();
    if (page.done) return { ...pass.end(page.value), kept, weight, layout, buckets };
    for (const item of page.value) {
      addElements(buckets, pass.add(item));
      weight += weigh(item);
      if (kept && pass.items <= limits.items && pass.bytes <= limits.bytes && weight <= MAX_DOCUMENT_WEIGHT)
        kept.push(item);
      else kept = undefined;
    }
  }
}
