import { createHash } from 'node:crypto';
import { valueType } from '@redis-to-mongo/key-types';

/** A line that identifies a state: its type, the number of items, and a hash of all items. */
export type ValueDigest = string;

/** The digest of a missing value. */
export const ABSENT: ValueDigest = 'absent';

/** The digest of a value. @param items in order, if the type has one. */
export function valueDigest(keyType: string, items: readonly (readonly Uint8Array[])[]): ValueDigest {
  const isOrdered = valueType(keyType).shape.order !== 'hashed';
  const lines = items.map((item) => item.map((part) => Buffer.from(part).toString('base64')).join(' '));
  const hash = createHash('sha1').update(`${keyType}\n`);
  for (const line of isOrdered ? lines : lines.sort()) hash.update(line).update('\n');
  return `${keyType} of ${items.length}: ${hash.digest('base64')}`;
}

interface Version {
  readonly digest: ValueDigest;
  /** When Redis had certainly executed it, by performance.now(); undefined until that is known. */
  since: number | undefined;
}

/** Every state that a key's value had, recorded by its only writer. About 200 bytes per state. */
export class WrittenValue {
  readonly #versions: Version[] = [{ digest: ABSENT, since: 0 }];
  readonly #byDigest = new Map<ValueDigest, number[]>([[ABSENT, [0]]]);

  constructor(
    readonly key: string,
    /** Whether its type changes: MongoDB may then hold no value for a moment. */
    readonly mayBeAbsent = false,
  ) {}

  /** The newest state. */
  get digest(): ValueDigest {
    return this.#versions.at(-1)?.digest ?? ABSENT;
  }

  /** Number of states. */
  get states(): number {
    return this.#versions.length;
  }

  /** Records a state before it is sent, because MongoDB may have it before the writer gets the reply. */
  begin(digest: ValueDigest): void {
    const numbers = this.#byDigest.get(digest) ?? [];
    numbers.push(this.#versions.length);
    this.#byDigest.set(digest, numbers);
    this.#versions.push({ digest, since: undefined });
  }

  /** Records that the newest state is in Redis. */
  done(now = performance.now()): void {
    const last = this.#versions.at(-1);
    if (last) last.since ??= now;
  }

  /** The first version with this content from `from` on; undefined if there is none. */
  find(digest: ValueDigest, from: number): number | undefined {
    return this.#byDigest.get(digest)?.find((version) => version >= from);
  }

  /** The newest version with this content; undefined if there is none. */
  latest(digest: ValueDigest): number | undefined {
    return this.#byDigest.get(digest)?.at(-1);
  }

  /** The newest version that Redis certainly had at a time, by performance.now(). */
  versionAt(time: number): number {
    return this.#versions.findLastIndex(({ since }) => since !== undefined && since <= time);
  }
}
