/** The collection of messages of streams that no rule sends elsewhere. */
export const STREAM_MESSAGES = 'stream_messages';

/** What is added to the collection of a rule, where the members of large values are. */
const MEMBERS = '_members';

/** Where the members of values too large for one document are, of a collection that a rule names. */
export function memberCollectionOf(collection: string): string {
  return `${collection}${MEMBERS}`;
}

/** The collections of rules whose values or members may be in a collection of this name. */
export function ruleCollectionsOf(name: string): readonly string[] {
  return name.endsWith(MEMBERS) ? [name, name.slice(0, -MEMBERS.length)] : [name];
}

/** Where a stream's messages are, by the collection that its key has. */
export function messageCollectionOf({ collection }: { readonly collection?: string | null }): string {
  return collection ?? STREAM_MESSAGES;
}

/** Where a value's documents are: those of its type, unless its key has a collection of its own. */
export function valueCollectionsOf(
  names: { readonly collection: string; readonly memberCollection: string },
  { collection }: { readonly collection?: string | null },
): { readonly collection: string; readonly memberCollection: string } {
  if (!collection) return { collection: names.collection, memberCollection: names.memberCollection };
  return { collection, memberCollection: memberCollectionOf(collection) };
}
