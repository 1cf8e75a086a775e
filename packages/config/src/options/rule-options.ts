import { rules } from '../option.js';

/** What is done otherwise with keys of some names. */
export const RULE_OPTIONS = {
  RULES: rules({
    doc: 'Different settings for the keys that match a pattern: see above. In the environment, the same list as JSON text.',
    default: [],
  }),
};

/** What the reference page says of rules. */
export const RULES_INTRO = `The first rule that matches a key applies; rules do not add up. A key without a matching rule is synced by the options
of this page. Rules do not select keys: \`KEY_INCLUDE\`, \`KEY_EXCLUDE\` and \`KEY_TYPES\` do. \`redis-to-mongo explain KEY\`
shows the rule of a key, \`redis-to-mongo plan\` the keys of each rule. [rules.md](rules.md) describes each member in detail, with its
effect on verifying and restoring.

\`\`\`json
{
  "RULES": [
    {
      "pattern": "orders*",
      "types": ["stream"],
      "collection": "orders_messages",
      "fields": { "leave": ["secret"], "rename": { "a": "alpha" } },
      "parse": { "price": "number", "payload": "json", "when": "date" },
      "ttlSec": 2592000,
      "trim": { "mode": "on", "keepEntries": 1000, "keepSec": 3600 },
      "intervalSec": 5
    },
    { "pattern": "*:info:tags", "types": ["set"], "collection": "tags", "history": true },
    {
      "pattern": "user:*",
      "types": ["hash"],
      "collection": "users",
      "shape": "document",
      "id": "{1}",
      "idType": "number",
      "parse": { "age": "number", "createdAt": "date" },
      "gone": "mark"
    }
  ]
}
\`\`\`

| Member | For | Meaning |
| --- | --- | --- |
| \`pattern\` | | Required. The Redis glob pattern that the key must match. |
| \`types\` | | Only keys of these types; default all. |
| \`collection\` | all | Where the documents go: messages, or values. Members of large values go to \`<collection>_members\`. \`types\` must then name streams only, or no streams. A known key moves with its next incarnation: \`redis-to-mongo resync\`. |
| \`fields\` | streams, hashes | \`take\`: only these fields; or \`leave\`: all except these. Fields left out are not in MongoDB, and are lost once Redis drops them. \`rename\`: from names to stored names. |
| \`parse\` | all except json, vectorset, timeseries | Stores text as \`number\`, \`date\` (ISO 8601, or ms since 1970) or \`json\`: fields of streams and hashes by name; \`value\` of strings; \`member\` of sets and sorted sets, their \`score\` as \`date\`; \`item\` of lists. Text that does not parse, or would lose anything, stays text. |
| \`shape\` | all | \`document\`: the content is at the top level of the document, and the fleet’s fields are in the subdocument \`_redis\`. Strings also need \`parse\` of \`value\` as \`json\`. |
| \`id\` | values | With a shape: the \`_id\` of the document, built from the key’s name. \`{1}\` is what the first \`*\` of the pattern matches. |
| \`idType\` | values | The type of \`id\`, if it can be converted: \`text\`, \`number\` or \`objectId\`. |
| \`gone\` | values | Replaces \`GONE_VALUES\` when the key is deleted: \`keep\` the document, empty; \`remove\` it; \`mark\` it as inactive, with its last content. |
| \`ttlSec\` | all | Messages are removed this long after their entry’s time; values this long after their key was deleted. |
| \`history\` | sets, sorted sets, hashes | Replaces \`MEMBERSHIP_HISTORY\`. |
| \`attach\` | sets | Metadata sets (\`<stream>:info:<type>\`) are shown with their stream, in the view \`streams\`. |
| \`trim\` | streams | Replaces \`TRIM_MODE\`, \`TRIM_KEEP_ENTRIES\` and \`TRIM_KEEP_SEC\`: \`mode\`, \`keepEntries\`, \`keepSec\`. A missing one has the option’s value. |
| \`intervalSec\` | stream, set | Replaces \`IDLE_INTERVAL_SEC\`. Above 0, at most a day. |
`;
