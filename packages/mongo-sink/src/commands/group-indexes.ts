/** Groups the indexes of the items by each item's name, in order. */
export function groupIndexes<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  items.forEach((item, i) => {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group) group.push(i);
    else groups.set(name, [i]);
  });
  return groups;
}
