import { createHash } from 'node:crypto';
import { valueType } from '@redis-to-mongo/key-types';

/** What a value holds, in a line: its type, how many items, and a hash of them all. */
export type ValueDigest = string;

/** The digest of a value that is not there. */
export const ABSENT: ValueDigest = 'absent';

/** @param items in order where the type has one. */
export function valueDigest(keyType: string, items: readonly (readonly Uint8Array[])[]): ValueDigest {
  const isOrdered = valueType(keyType).shape.order !== 'hashed';
  const lines = items.map((item) => item.map((part) => Buffer.from(part).toString('base64')).join(' '));
  const hash = createHash('sha1').update(`${keyType}\n`);
  for (const line of isOrdered ? lines : lines.sort()) hash.update(line).update('\n');
  return `${keyType} of ${items.length}: ${hash.digest('base64')}`;
}

interface Version {
  readonly digest: ValueDigest;
  /** When Redis had surely carried it out, by performance.now(); undefined while nobody knows. */
  since: number | undefined;
}

/** Every state that the value of a key ever had, by its one writer. About 200 bytes a state. */
export class WrittenValue {
  readonly #versions: Version[] = [{ digest: ABSENT, since: 0 }];
  readonly #byDigest = new Map<ValueDigest, number[]>([[ABSENT, [0]]]);

  constructor(
    readonly key: string,
    /** It holds one type and then another: MongoDB may hold neither for a moment. */
    readonly mayBeAbsent = false,
  ) {}

  /** The newest state. */
  get digest(): ValueDigest {
    return this.#versions.at(-1)?.digest ?? ABSENT;
  }

  /** How many states there were. */
  get states(): number {
    return this.#versions.length;
  }

  /** Noted before it is sent: MongoDB may have it before the writer receives it. */
  begin(digest: ValueDigest): void {
    const numbers = this.#byDigest.get(digest) ?? [];
    numbers.push(this.#versions.length);
    this.#byDigest.set(digest, numbers);
    this.#versions.push({ digest, since: undefined });
  }

  /** The newest state is in Redis. */
  done(now = performance.now()): void {
    const last = this.#versions.at(-1);
    if (last) last.since ??= now;
  }

  /** The first version of this content that is no older than `from`; undefined: it never was, or no more. */
  find(digest: ValueDigest, from: number): number | undefined {
    return this.#byDigest.get(digest)?.find((version) => version >= from);
  }

  /** The newest version of this content; undefined: it never had it. */
  latest(digest: ValueDigest): number | undefined {
    return this.#byDigest.get(digest)?.at(-1);
  }

  /** The newest version that Redis had for sure at that time, by performance.now(). */
  versionAt(time: number): number {
    return this.#versions.findLastIndex(({ since }) => since !== undefined && since <= time);
  }
}
