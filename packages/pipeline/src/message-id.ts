/**
 * The `_id` of a stream message: `<key>@<incarnation>:<ms>-<seq>`, each number preceded by a letter for its
 * count of digits (a = 1 … t = 20), e.g. `orders@a1:m1700000000000-a0`.
 *
 * It is computed only from the source of the data, so a repeated write finds its own documents already there.
 * The letters make the text sort like the numbers, so the `_id` index returns a stream in stream order, one
 * incarnation after the other. The part after the last `@` contains no `@`, so two keys never share an id.
 */
export function messageId(prefix: string, entryId: string): string {
  const dash = entryId.indexOf('-');
  return `${prefix}${letter(dash)}${entryId.slice(0, dash)}-${letter(entryId.length - dash - 1)}${entryId.slice(dash + 1)}`;
}

/** The common beginning of the `_id`s of all messages of one incarnation of a key. */
export function messageIdPrefix(keyId: string, incarnation: number): string {
  return `${keyId}@${sortable(String(incarnation))}:`;
}

/**
 * The bounds of a stream's messages in `_id` order, all incarnations or one: `{ $gt, $lt }` for a filter on
 * `_id`. Messages of another key can be within the bounds, if its name begins with this key and an `@`: add
 * the key's `stream` and `type` to the filter.
 */
export function messageIdBounds(keyId: string, incarnation?: number) {
  return incarnation === undefined
    ? { $gt: `${keyId}@a`, $lt: `${keyId}@u` }
    : {
        $gt: `${keyId}@${sortable(String(incarnation))}:`,
        $lt: `${keyId}@${sortable(String(incarnation))};`,
      };
}

/** The key of a message, from its `_id`; `undefined` if the text is not the `_id` of a message. */
export function keyOfMessageId(id: string): string | undefined {
  const at = id.lastIndexOf('@');
  return at >= 0 && LIFE_AND_ENTRY.test(id.slice(at + 1)) ? id.slice(0, at) : undefined;
}

/** The incarnation in the `_id` of a message or dead letter; 0 if the text is no such `_id`. */
export function incarnationOfId(id: string): number {
  return Number(/^[a-t](\d+):/.exec(id.slice(id.lastIndexOf('@') + 1))?.[1] ?? 0);
}

/**
 * The entry id in the `_id` of a message with this prefix; `undefined` if the text is not the `_id` of such a
 * message.
 */
export function entryIdOf(prefix: string, id: string): string | undefined {
  const [, ms, seq] = (id.startsWith(prefix) && ENTRY.exec(id.slice(prefix.length))) || [];
  return ms === undefined ? undefined : `${ms}-${seq}`;
}

const ENTRY = /^[a-t](\d+)-[a-t](\d+)$/;
const LIFE_AND_ENTRY = /^[a-t]\d+:[a-t]\d+-[a-t]\d+$/;

function sortable(digits: string): string {
  return letter(digits.length) + digits;
}

function letter(digits: number): string {
  return String.fromCharCode(96 + digits);
}
