/**
 * Bounds the bytes that all jobs of a process hold in memory between read and write. A read reserves the
 * bytes that it expects to need. It waits in order while there is not enough room. A read larger than the
 * limit runs alone.
 */
export class ByteBudget {
  #held = 0;
  readonly #waiting: { bytes: number; start: () => void }[] = [];

  /** @param limit in bytes. */
  constructor(private readonly limit: number) {}

  /** Bytes reserved now. */
  get held(): number {
    return this.#held;
  }

  /** Waits for room, and reserves it. Every reservation must be released. */
  async reserve(bytes: number): Promise<Reservation> {
    if (this.#waiting.length > 0 || !this.#hasRoom(bytes))
      await new Promise<void>((start) => {
        this.#waiting.push({ bytes, start });
      });
    else this.#held += bytes;
    return new Reservation(bytes, (change) => this.#change(change));
  }

  #hasRoom(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.limit;
  }

  #change(bytes: number): void {
    this.#held += bytes;
    for (let next = this.#waiting[0]; next && this.#hasRoom(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#held += next.bytes;
      next.start();
    }
  }
}

/** A share of the budget. */
export class Reservation {
  constructor(
    private bytes: number,
    private readonly change: (bytes: number) => void,
  ) {}

  /** Corrects the reservation to the real size, without waiting: the bytes are already in memory. */
  resize(bytes: number): void {
    const change = bytes - this.bytes;
    this.bytes = bytes;
    this.change(change);
  }

  /** Gives everything back; a second call does nothing. */
  release(): void {
    this.resize(0);
  }
}
