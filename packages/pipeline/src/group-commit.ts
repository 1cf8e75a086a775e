export interface GroupLimits<Item> {
  /** Maximum weight of a group; a single item may weigh more. */
  readonly weight: number;
  readonly weigh: (item: Item) => number;
  /** Maximum number of groups in progress. */
  readonly concurrency: number;
}

/**
 * Combines the items of concurrent jobs into shared groups. Items that arrive while earlier groups are in
 * progress go together in the next group. There is no timer: without load, an item starts immediately; under
 * load, groups fill up.
 */
export class GroupCommit<Item, Result> {
  #waiting: { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = [];
  #underWay = 0;
  #scheduled = false;

  /** @param run answers one result per item, in the same order. */
  constructor(
    private readonly run: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly limits: GroupLimits<Item>,
  ) {}

  /** Resolves or rejects with the group that the item belongs to. */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#underWay >= this.limits.concurrency) return;
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
    this.run(group.map(({ item }) => item))
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
      weight += this.limits.weigh(item);
      if (count > 0 && weight > this.limits.weight) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}

/**
 * As GroupCommit, for lists: lists that arrive while others are in progress are combined. A list is never
 * split.
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

  /** Resolves or rejects with the group that the list belongs to. */
  submit(list: readonly Item[]): Promise<readonly Result[]> {
    return this.#groups.submit(list);
  }
}
