import { GroupCommit, type GroupLimits } from './group-commit.js';

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
