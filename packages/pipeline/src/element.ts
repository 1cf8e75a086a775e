import type { ValueDocument } from './batch.js';

/** One member, field, item or part of a value that is too large for one document. It has its own document. */
export interface Element {
  /** 16 bytes of a hash over the element's content and index. No two elements of a value share them. */
  readonly fingerprint: Uint8Array;
  /** The element's place in an ordered value, which may be negative; 0 in a value without order. */
  readonly index: number;
  /** Approximate size of its document, in bytes. */
  readonly bytes: number;
  /** The content fields of its document. */
  document(): ValueDocument;
}

/**
 * How a value's elements are grouped into buckets. Changes are found by comparing buckets instead of
 * elements.
 * - hashed: by the first `bits` bits of the fingerprint (0 to 16).
 * - indexed: 128 neighbors per bucket.
 */
export type ElementLayout = { readonly kind: 'hashed'; readonly bits: number } | { readonly kind: 'indexed' };

/** Target number of elements per bucket. */
const PER_BUCKET = 128;
const MAX_BITS = 16;
/** Added to each index to make it positive, so that its hexadecimal text sorts like the number. */
const INDEX_ORIGIN = 2 ** 52;
const INDEX_DIGITS = 14;

/** The layout for an unordered value with this number of elements. */
export function hashedLayout(elements: number): ElementLayout {
  const bits = Math.ceil(Math.log2(Math.max(1, elements / PER_BUCKET)));
  return { kind: 'hashed', bits: Math.min(MAX_BITS, Math.max(0, bits)) };
}

/** The number of an element's bucket, in the value's current layout. */
export function bucketOf(
  layout: ElementLayout,
  { fingerprint, index }: Pick<Element, 'fingerprint' | 'index'>,
): number {
  if (layout.kind === 'indexed') return Math.floor(index / PER_BUCKET);
  return (((fingerprint[0] ?? 0) << 8) | (fingerprint[1] ?? 0)) >>> (MAX_BITS - layout.bits);
}

/**
 * The element's part of its document's `_id`. In an ordered value, slots sort by index. A slot ends with the
 * fingerprint.
 */
export function slotOf(
  layout: ElementLayout,
  { fingerprint, index }: Pick<Element, 'fingerprint' | 'index'>,
): string {
  const hex = Buffer.from(fingerprint.buffer, fingerprint.byteOffset, fingerprint.byteLength).toString('hex');
  return layout.kind === 'indexed' ? hexIndex(index) + hex : hex;
}

/** Parses a slot that slotOf made. */
export function parseSlot(layout: ElementLayout, slot: string): Pick<Element, 'fingerprint' | 'index'> {
  const at = layout.kind === 'indexed' ? INDEX_DIGITS : 0;
  const index = at === 0 ? 0 : Number.parseInt(slot.slice(0, at), 16) - INDEX_ORIGIN;
  return { fingerprint: Buffer.from(slot.slice(at, at + 32), 'hex'), index };
}

/**
 * The number of an element's finest bucket, the same in every layout. Its document is found by this number.
 * In an unordered value, the number is below 65,536.
 */
export function fineBucketOf(layout: ElementLayout, element: Pick<Element, 'fingerprint' | 'index'>): number {
  return bucketOf(layout.kind === 'indexed' ? layout : { kind: 'hashed', bits: MAX_BITS }, element);
}

/**
 * The range of finest buckets that the layout's buckets `from` to `upTo` consist of. Both ranges include
 * their ends.
 */
export function fineBuckets(layout: ElementLayout, from: number, upTo: number): readonly [number, number] {
  const each = layout.kind === 'indexed' ? 1 : 2 ** (MAX_BITS - layout.bits);
  return [from * each, (upTo + 1) * each - 1];
}

function hexIndex(index: number): string {
  return (index + INDEX_ORIGIN).toString(16).padStart(INDEX_DIGITS, '0');
}
