import { bucketOf, type Element, type ElementLayout } from './element.js';

/** Buckets as they are stored between two reads. */
export interface PackedBuckets {
  /** The first bucket's number. */
  readonly base: number;
  /** The bits of a hashed layout; null for an indexed one. */
  readonly bits: number | null;
  /** 8 bytes per bucket. */
  readonly sums: Uint8Array;
}

/**
 * A fingerprint of 64 bits per bucket of elements: the sum of the elements' fingerprints. So their order does
 * not matter, and the sums of a coarser layout are found by addition. If the sums of a bucket differ, its
 * elements differ. Takes 8 bytes for about 128 elements: 64 kB for a million.
 */
export class Buckets {
  #base = 0;
  #used = 0;
  /** Two sums of 32 bits per bucket; a typed array wraps them. */
  #sums: Uint32Array;

  constructor(readonly layout: ElementLayout) {
    this.#used = layout.kind === 'hashed' ? 2 ** layout.bits : 0;
    this.#sums = new Uint32Array(Math.max(16, 2 * this.#used));
  }

  /**
   * Adds an element to its bucket.
   * @throws RangeError for an index below the first one: indexes must be added in ascending order.
   */
  add(element: Pick<Element, 'fingerprint' | 'index'>): void {
    const { fingerprint } = element;
    const at = this.#place(bucketOf(this.layout, element));
    this.#plus(at, word(fingerprint, 8), word(fingerprint, 12));
  }

  /** The numbers of the buckets that differ, in ascending order. Both must have the same layout. */
  *differing(other: Buckets): Generator<number> {
    const from = Math.min(this.#first, other.#first);
    const upTo = Math.max(this.#base + this.#used, other.#base + other.#used);
    for (let bucket = from; bucket < upTo; bucket++)
      for (const lane of [0, 1])
        if (this.#sum(bucket, lane) !== other.#sum(bucket, lane)) {
          yield bucket;
          break;
        }
  }

  /** The same elements in a coarser layout (fewer bits). There is only one indexed layout. */
  coarsened(layout: ElementLayout): Buckets {
    if (this.layout.kind === 'indexed' || layout.kind === 'indexed' || layout.bits === this.layout.bits)
      return this;
    const coarse = new Buckets(layout);
    const shift = this.layout.bits - layout.bits;
    for (let bucket = 0; bucket < this.#used; bucket++)
      coarse.#plus(2 * (bucket >>> shift), this.#sum(bucket, 0), this.#sum(bucket, 1));
    return coarse;
  }

  /** Packs the buckets into bytes, to be stored; see unpack. */
  pack(): PackedBuckets {
    const sums = Buffer.alloc(8 * this.#used);
    for (let i = 0; i < 2 * this.#used; i++) sums.writeUInt32LE(this.#sums[i] ?? 0, 4 * i);
    return { base: this.#base, bits: this.layout.kind === 'hashed' ? this.layout.bits : null, sums };
  }

  /** Restores the buckets from the result of pack. */
  static unpack({ base, bits, sums }: PackedBuckets): Buckets {
    const buckets = new Buckets(bits === null ? { kind: 'indexed' } : { kind: 'hashed', bits });
    const bytes = Buffer.from(sums.buffer, sums.byteOffset, sums.byteLength);
    buckets.#base = base;
    buckets.#used = bytes.length / 8;
    buckets.#sums = new Uint32Array(Math.max(16, bytes.length / 4));
    for (let i = 0; 4 * i < bytes.length; i++) buckets.#sums[i] = bytes.readUInt32LE(4 * i);
    return buckets;
  }

  get #first(): number {
    return this.#used === 0 ? Number.POSITIVE_INFINITY : this.#base;
  }

  #sum(bucket: number, lane: number): number {
    const at = bucket - this.#base;
    return at < 0 || at >= this.#used ? 0 : (this.#sums[2 * at + lane] ?? 0);
  }

  #plus(at: number, low: number, high: number): void {
    this.#sums[at] = (this.#sums[at] ?? 0) + low;
    this.#sums[at + 1] = (this.#sums[at + 1] ?? 0) + high;
  }

  /** The index of the bucket's sums; makes room for them. Indexed buckets must come in ascending order. */
  #place(bucket: number): number {
    if (this.#used === 0) this.#base = bucket;
    if (bucket < this.#base) throw new RangeError('buckets: an index below the first one');
    this.#used = Math.max(this.#used, bucket - this.#base + 1);
    if (2 * this.#used > this.#sums.length) {
      const larger = new Uint32Array(4 * this.#used);
      larger.set(this.#sums);
      this.#sums = larger;
    }
    return 2 * (bucket - this.#base);
  }
}

/** The 32-bit word of a fingerprint that begins at byte `at`, little-endian. */
export function word(fingerprint: Uint8Array, at: number): number {
  return (
    ((fingerprint[at] ?? 0) |
      ((fingerprint[at + 1] ?? 0) << 8) |
      ((fingerprint[at + 2] ?? 0) << 16) |
      ((fingerprint[at + 3] ?? 0) << 24)) >>>
    0
  );
}
