export interface GroupLimits<Item> {
  /** At most this much weight a group; a single item may weigh more. */
  readonly weight: number;
  readonly weigh: (item: Item) => number;
  /** At most this many groups under way at once. */
  readonly concurrency: number;
}

/**
 * Gathers what many jobs hand in at once into shared groups: whatever arrives while earlier groups are under way
 * goes out together in the next one. No timer: an idle group starts at once, a busy one fills by itself.
 */
export class GroupCommit<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #limits: GroupLimits<Item>;
  #waiting: { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = [];
  #underWay = 0;
  #scheduled = false;

  /** @param run answers one result per item, in the same order. */
  constructor(run: (items: readonly Item[]) => Promise<readonly Result[]>, limits: GroupLimits<Item>) {
    this.#run = run;
    this.#limits = limits;
  }

  /** Resolves or rejects as the group that took the item did. */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#underWay >= this.#limits.concurrency) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#start();
      this.#schedule();
    });
  }

  #start(): void {
    const group = this.#take();
    if (group.length === 0) return;
    this.#underWay++;
    this.#run(group.map(({ item }) => item))
      .then(
        (results) => {
          group.forEach(({ resolve, reject }, i) => {
            const result = results[i];
            if (result === undefined) reject(new Error('a group answered fewer results than it has items'));
            else resolve(result);
          });
        },
        (error: unknown) => {
          for (const { reject } of group) reject(error);
        },
      )
      .finally(() => {
        this.#underWay--;
        this.#schedule();
      });
  }

  #take() {
    let weight = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      weight += this.#limits.weigh(item);
      if (count > 0 && weight > this.#limits.weight) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}

/**
 * As GroupCommit, for lists: lists that are handed in while others are under way go out as one. A list is never cut.
 * @param run answers one result per item, in the same order.
 */
export class ListCommit<Item, Result> {
  readonly #groups: GroupCommit<readonly Item[], readonly Result[]>;

  constructor(run: (items: readonly Item[]) => Promise<readonly Result[]>, limits: GroupLimits<Item>) {
    const { weigh, ...others } = limits;
    const weighAll = (list: readonly Item[]) => list.reduce((sum, item) => sum + weigh(item), 0);
    this.#groups = new GroupCommit<readonly Item[], readonly Result[]>(
      async (lists) => {
        const results = await run(lists.length === 1 ? (lists[0] ?? []) : lists.flat());
        let to = 0;
        return lists.map((list) => {
          const from = to;
          to += list.length;
          return results.slice(from, to);
        });
      },
      { ...others, weigh: weighAll },
    );
  }

  /** Resolves or rejects as the group that took the list did. */
  submit(list: readonly Item[]): Promise<readonly Result[]> {
    return this.#groups.submit(list);
  }
}
