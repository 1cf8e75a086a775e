/** The collections that the fleet keeps for itself, or that keys go to without a rule. */
export const OUR_COLLECTIONS: readonly string[] = [
  'keys',
  'fleet',
  'dead_letters',
  'dead_letter_parts',
  'value_fingerprints',
  'stream_messages',
  ...['sets', 'set_members', 'zsets', 'zset_members', 'hashes', 'hash_fields', 'lists', 'list_items'],
  ...['strings', 'string_parts', 'json', 'json_parts'],
];

/** Where the members of large values are, of a collection that a rule names; as packages/pipeline has it. */
export function membersOf(collection: string): string {
  return `${collection}_members`;
}
