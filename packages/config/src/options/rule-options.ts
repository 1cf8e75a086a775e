import { rules } from '../option.js';

/** What is done otherwise with keys of some names. */
export const RULE_OPTIONS = {
  RULES: rules({
    doc: 'What to do otherwise with the keys that match a pattern: see above. In the environment, the same list as JSON text.',
    default: [],
  }),
};

/** What the reference page says of rules. */
export const RULES_INTRO = `The first rule that matches a key counts for it, the others do not; a key that no rule matches is synced by the options
of this page. Rules do not choose keys: \`KEY_INCLUDE\`, \`KEY_EXCLUDE\` and \`KEY_TYPES\` do. \`redis-to-mongo explain KEY\`
tells which rule a key has, \`redis-to-mongo plan\` which keys a rule has. What each member does in detail, and what it
means for verifying and restoring, is in [rules.md](rules.md).

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
| \`pattern\` | | The Redis glob pattern that the key has to match. Needed. |
| \`types\` | | Only keys of these types; default all. |
| \`collection\` | all | Where the documents go: messages, or values with their large ones’ members in \`<collection>_members\`. \`types\` then has to name streams alone or no streams. A key that is known already moves with its next incarnation: \`redis-to-mongo resync\`. |
| \`fields\` | streams, hashes | \`take\`: only these fields; or \`leave\`: all but these. What is left out is not in MongoDB, and lost once Redis drops it. \`rename\`: stored names by names. |
| \`parse\` | all but json | What is stored as \`number\`, \`date\` (ISO 8601, or ms since 1970) or \`json\`: fields of streams and hashes by their name there; \`value\` of strings; \`member\` of sets and sorted sets, \`score\` of these as \`date\`; \`item\` of lists. What is none, or would lose anything, stays text. |
| \`shape\` | all | \`document\`: the content at the top level of the document, and all that is the fleet’s in one subdocument \`_redis\`. Strings need \`parse\` of \`value\` as \`json\` for it. |
| \`id\` | values | With a shape: the \`_id\` of the document, made of the key’s name: \`{1}\` is what the first \`*\` of the pattern matches. |
| \`idType\` | values | What \`id\` is stored as, where it can be: \`text\`, \`number\` or \`objectId\`. |
| \`gone\` | values | In place of \`GONE_VALUES\`, when the key has gone: \`keep\` the document, empty; \`remove\` it; \`mark\` it as inactive, with its last content. |
| \`ttlSec\` | all | Messages are removed so long after their entry’s time; values so long after their key has gone. |
| \`history\` | sets, sorted sets, hashes | In place of \`MEMBERSHIP_HISTORY\`. |
| \`attach\` | sets | Metadata sets (\`<stream>:info:<type>\`) are shown with their stream, in the view \`streams\`. |
| \`trim\` | streams | In place of \`TRIM_MODE\`, \`TRIM_KEEP_ENTRIES\` and \`TRIM_KEEP_SEC\`: \`mode\`, \`keepEntries\`, \`keepSec\`; each that is not there is as the option says. |
| \`intervalSec\` | stream, set | In place of \`IDLE_INTERVAL_SEC\`. Above 0, at most a day. |
`;
