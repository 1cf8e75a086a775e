import { compareEntryIds } from '@redis-to-mongo/pipeline';

/** A remembered entry, to check later whether it is still the same. */
export interface Mark {
  readonly id: string;
  /** See digestOf. */
  readonly digest: string;
}

/**
 * Maximum number of marks. All entries of a shorter stream are remembered; of a longer one, at least half
 * this number.
 */
const MOST = 16;

/**
 * The fingerprint of an incarnation of a stream: entries that were read, evenly spread over the stream. Every
 * `stride`-th entry is taken; when there are too many, every second mark is dropped and the stride doubles.
 * Within an incarnation, an entry never changes. So an entry with other content shows that the stream was
 * created again.
 */
export class StreamMarks {
  private constructor(
    private stride: number,
    /** Number of entries that were read in this incarnation. */
    private read: number,
    private marks: readonly Mark[],
    /** The stored form of the marks; `undefined` until toString needs it. */
    private text?: string,
  ) {}

  /** The marks of a stream that was not read yet. */
  static none(): StreamMarks {
    return new StreamMarks(1, 0, []);
  }

  /**
   * Parses the result of toString; no marks if the text has another form, as in positions of an earlier
   * version.
   */
  static parse(text: unknown): StreamMarks {
    const [stride = '', read = '', ...rest] = typeof text === 'string' ? text.split(' ') : [];
    if (!/^\d+$/.test(stride) || !/^\d+$/.test(read) || Number(stride) < 1) return StreamMarks.none();
    const marks = rest.flatMap((id, i) => (i % 2 === 0 ? [{ id, digest: rest[i + 1] ?? '' }] : []));
    return new StreamMarks(Number(stride), Number(read), marks);
  }

  /** A copy of the known marks, to which a read adds its entries. */
  static after(known: StreamMarks | undefined): StreamMarks {
    return known ? known.#copy(known.marks) : StreamMarks.none();
  }

  /** Counts an entry, and returns whether it must be remembered by `put`. */
  takesNext(): boolean {
    return this.read++ % this.stride === 0;
  }

  /** Remembers the entry that was counted last. */
  put(mark: Mark): void {
    this.marks = [...this.marks, mark];
    this.text = undefined;
    if (this.marks.length <= MOST) return;
    this.stride *= 2;
    this.marks = this.marks.filter((_, i) => i % 2 === 0);
  }

  /** The marks that the stream can still hold. @param firstId its first entry; `undefined` if it is empty. */
  from(firstId: string | undefined): StreamMarks {
    if (firstId === undefined) return this.#copy([]);
    const [oldest] = this.marks;
    if (oldest && compareEntryIds(oldest.id, firstId) >= 0) return this.#copy(this.marks);
    return this.#copy(this.marks.filter(({ id }) => compareEntryIds(id, firstId) >= 0));
  }

  /** All marks, in the order of their ids. */
  get all(): readonly Mark[] {
    return this.marks;
  }

  /** The form in which a position stores the marks; see parse. */
  toString(): string {
    this.text ??= this.marks.map(({ id, digest }) => ` ${id} ${digest}`).join('');
    return `${this.stride} ${this.read}${this.text}`;
  }

  #copy(marks: readonly Mark[]): StreamMarks {
    return new StreamMarks(this.stride, this.read, marks, marks === this.marks ? this.text : undefined);
  }
}
