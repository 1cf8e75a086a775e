import { compareEntryIds } from '@redis-to-mongo/pipeline';

/** An entry that is remembered, to check whether it is still the same. */
export interface Mark {
  readonly id: string;
  /** See digestOf. */
  readonly digest: string;
}

/** All entries of a short stream are remembered, and of a longer one half as many or more. */
const MOST = 16;

/**
 * The fingerprint of an incarnation of a stream: entries that were read, evenly spread over what the stream holds. Every this many
 * one is taken (`stride`); as there are more, every second one is dropped. In an incarnation an entry never changes, so one that has
 * other content shows that the stream was made again.
 */
export class StreamMarks {
  #stride: number;
  /** Entries that were read in this incarnation. */
  #read: number;
  #marks: readonly Mark[];
  /** As they are stored; `undefined` until that is asked for. */
  #text: string | undefined;

  private constructor(stride: number, read: number, marks: readonly Mark[], text?: string) {
    this.#stride = stride;
    this.#read = read;
    this.#marks = marks;
    this.#text = text;
  }

  /** Those of a stream that was not read yet. */
  static none(): StreamMarks {
    return new StreamMarks(1, 0, []);
  }

  /** As toString made it; none where it is of another form, as in positions of an earlier version. */
  static parse(text: unknown): StreamMarks {
    const [stride = '', read = '', ...rest] = typeof text === 'string' ? text.split(' ') : [];
    if (!/^\d+$/.test(stride) || !/^\d+$/.test(read) || Number(stride) < 1) return StreamMarks.none();
    const marks = rest.flatMap((id, i) => (i % 2 === 0 ? [{ id, digest: rest[i + 1] ?? '' }] : []));
    return new StreamMarks(Number(stride), Number(read), marks);
  }

  /** For a read, which adds its entries to those that are known. */
  static after(known: StreamMarks | undefined): StreamMarks {
    return known ? known.#copy(known.#marks) : StreamMarks.none();
  }

  /** Counts an entry, and shows whether it is one to be remembered. */
  takesNext(): boolean {
    return this.#read++ % this.#stride === 0;
  }

  /** Remembers the entry that was counted last. */
  put(mark: Mark): void {
    this.#marks = [...this.#marks, mark];
    this.#text = undefined;
    if (this.#marks.length <= MOST) return;
    this.#stride *= 2;
    this.#marks = this.#marks.filter((_, i) => i % 2 === 0);
  }

  /** Those that the stream still can hold, by its first entry; `undefined`: it holds none. */
  from(firstId: string | undefined): StreamMarks {
    if (firstId === undefined) return this.#copy([]);
    const [oldest] = this.#marks;
    if (oldest && compareEntryIds(oldest.id, firstId) >= 0) return this.#copy(this.#marks);
    return this.#copy(this.#marks.filter(({ id }) => compareEntryIds(id, firstId) >= 0));
  }

  /** In the order of their ids. */
  get all(): readonly Mark[] {
    return this.#marks;
  }

  /** As a position holds them; see parse. */
  toString(): string {
    this.#text ??= this.#marks.map(({ id, digest }) => ` ${id} ${digest}`).join('');
    return `${this.#stride} ${this.#read}${this.#text}`;
  }

  #copy(marks: readonly Mark[]): StreamMarks {
    return new StreamMarks(this.#stride, this.#read, marks, marks === this.#marks ? this.#text : undefined);
  }
}
