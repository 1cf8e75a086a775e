/** The collection of messages of streams that no rule sends elsewhere. */
export const STREAM_MESSAGES = 'stream_messages';

/** The suffix of a rule's second collection, which has the members of large values. */
const MEMBERS = '_members';

/** The collection for members of large values, if a rule names the collection of values. */
export function memberCollectionOf(collection: string): string {
  return `${collection}${MEMBERS}`;
}

/** The collections that rules may name so that values or members are in a collection of this name. */
export function ruleCollectionsOf(name: string): readonly string[] {
  return name.endsWith(MEMBERS) ? [name, name.slice(0, -MEMBERS.length)] : [name];
}

/** The collection of a stream's messages: the one in its key's document, otherwise that of all streams. */
export function messageCollectionOf({ collection }: { readonly collection?: string | null }): string {
  return collection ?? STREAM_MESSAGES;
}

/** The collections of a value's documents: those in its key's document, otherwise those of its type. */
export function valueCollectionsOf(
  names: { readonly collection: string; readonly memberCollection: string },
  { collection }: { readonly collection?: string | null },
) {
  if (!collection) return { collection: names.collection, memberCollection: names.memberCollection };
  return { collection, memberCollection: memberCollectionOf(collection) };
}
