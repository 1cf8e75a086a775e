import type { Item, ValueShape } from '@redis-to-mongo/key-types';
import type { Buckets, Element } from '@redis-to-mongo/pipeline';
import { FingerprintSum, fingerprintOf, partFingerprint } from './item-fingerprint.js';
import type { ReadingEnd } from './item-reader.js';
import { type Frame, FrameFinder } from './sliding-frame.js';
import { MAX_DOCUMENT_PAYLOAD } from './value-options.js';
import type { ValuePosition } from './value-position.js';

/** Approximate number of bytes of an element's document besides its payload. */
const ELEMENT_OVERHEAD = 200;
/** Maximum number of bytes that are repeated in each piece of an item. */
const MAX_REPEATED = MAX_DOCUMENT_PAYLOAD / 2;
const NONE = Buffer.alloc(0);

/** The result of a pass over a value. */
export interface PassResult extends ReadingEnd, Pick<ValuePosition, 'digest' | 'items' | 'bytes' | 'frame'> {
  /** Number of items that a rule leaves out. */
  readonly left: number;
}

/**
 * Processes the items of one pass over a value: counts them, adds their fingerprints, and converts them to
 * elements.
 */
export class ValuePass {
  readonly #sum = new FingerprintSum();
  readonly #finder: FrameFinder | undefined;
  items = 0;
  bytes = 0;
  #left = 0;

  /**
   * @param last where a sliding value's items were.
   * @param first the place of its first item, if it is known.
   */
  constructor(
    private readonly shape: ValueShape,
    last: Frame | undefined,
    private readonly first?: number,
  ) {
    this.#finder = shape.order === 'sliding' ? new FrameFinder(last) : undefined;
  }

  /** Counts the item, and returns its elements if its place is known: one, or several if it is too large. */
  add(item: Item): readonly Element[] {
    const isHashed = this.shape.order === 'hashed';
    const at = this.items++;
    const fingerprint = fingerprintOf(item, isHashed ? undefined : at);
    this.#sum.add(fingerprint);
    this.#finder?.add(item);
    let bytes = 0;
    for (const buffer of item) bytes += buffer.length;
    this.bytes += bytes;
    if (isHashed) return this.#elements(item, fingerprint, 0, bytes);
    if (this.#finder && this.first === undefined) return [];
    const index = at + (this.first ?? 0);
    return this.#elements(item, index === at ? fingerprint : fingerprintOf(item, index), index, bytes);
  }

  /** Counts the items of a value that is kept as one document, which needs no elements and no places. */
  addWhole(items: readonly Item[]): void {
    const isHashed = this.shape.order === 'hashed';
    for (const item of items) {
      this.#sum.addItem(item, isHashed ? undefined : this.items);
      this.items++;
      for (const buffer of item) this.bytes += buffer.length;
    }
  }

  /** The result of the pass, after its last page was read. */
  end({ isWhole, isGone, expiresAt }: ReadingEnd): PassResult {
    return {
      isWhole,
      isGone,
      expiresAt,
      digest: this.#sum.toString(),
      items: this.items,
      bytes: this.bytes,
      frame: this.#finder?.frame(this.first ?? this.#finder.first),
      left: this.#left,
    };
  }

  #elements(item: Item, fingerprint: Buffer, index: number, bytes: number): readonly Element[] {
    if (this.shape.element.isLeftOut?.(item)) {
      this.#left++;
      return [];
    }
    const place = this.shape.order === 'hashed' ? {} : { index };
    const document = (of: Item, isPiece = false) => ({
      ...this.shape.element.document(of, isPiece),
      ...place,
    });
    if (bytes <= MAX_DOCUMENT_PAYLOAD)
      return [{ fingerprint, index, bytes: bytes + ELEMENT_OVERHEAD, document: () => document(item) }];
    const pieces = this.#piecesOf(item);
    const whole = { of: fingerprint.toString('hex'), parts: pieces.length };
    const { namePartsField } = this.shape.element;
    const names = pieces.filter(({ isName }) => isName).length;
    const cutName = namePartsField !== undefined && names > 0 ? { [namePartsField]: names } : {};
    return pieces.map(({ piece }, part) => ({
      fingerprint: partFingerprint(fingerprint, part),
      index,
      bytes: MAX_DOCUMENT_PAYLOAD,
      document: () => ({ ...document(piece, true), ...cutName, ...whole, part }),
    }));
  }

  /**
   * Cuts an item that is too large for one document. The name before the cut buffer is repeated in each
   * piece. If the name is large, too, it is cut as well, and its pieces come first.
   */
  #piecesOf(item: Item): readonly { readonly piece: Item; readonly isName: boolean }[] {
    const { cut, namePartsField } = this.shape.element;
    const name = item[cut - 1];
    if (namePartsField === undefined || name === undefined || name.length <= MAX_REPEATED)
      return cutAt(item, cut).map((piece) => ({ piece, isName: false }));
    return [
      ...cutAt(item.with(cut, NONE), cut - 1).map((piece) => ({ piece, isName: true })),
      ...cutAt(item.with(cut - 1, NONE), cut).map((piece) => ({ piece, isName: false })),
    ];
  }
}

function cutAt(item: Item, at: number): readonly Item[] {
  const payload = item[at] ?? NONE;
  return Array.from({ length: Math.ceil(payload.length / MAX_DOCUMENT_PAYLOAD) }, (_, i) =>
    item.with(at, payload.subarray(i * MAX_DOCUMENT_PAYLOAD, (i + 1) * MAX_DOCUMENT_PAYLOAD)),
  );
}

/** Adds elements to the buckets, if there are buckets. */
export function addElements(buckets: Buckets | undefined, elements: readonly Element[]): void {
  if (buckets) for (const element of elements) buckets.add(element);
}
