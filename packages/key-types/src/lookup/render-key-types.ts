import { KEY_TYPE_ENTRIES } from '../registry.js';

const INTRO = `# Key types

<!-- Generated from packages/key-types/src: change it there, then run \`npm run docs\`. -->

Keys of other types (of other modules) are counted and shown, but not synced.
`;

const VALUES = `## Reading values

All types except streams are values: only their current state is mirrored. Each value has one document in its collection. Its
\`_id\` is the key.

| Field | Meaning |
| --- | --- |
| \`stream\`, \`type\` | where the key belongs by the naming convention: \`db.sets.find({ stream: 'orders' })\` finds all sets of a stream |
| \`active\` | false once the key is deleted; the value is empty then |
| \`incarnation\` | the number of the key's incarnation |
| \`size\` | members, fields or items; bytes of a string or of JSON |
| \`form\` | \`inline\`: the document holds the value. \`members\`: the value is large, and each member has a document |
| \`expiresAt\` | when Redis will remove the key, by its clock; null for never. Also in \`keys\`, for every type |
| \`revision\`, \`syncedAt\` | number and time of the last write |

For example, read a small set with \`db.sets.findOne({ _id: 'orders:info:tags' }).members\`.

### Values of form \`members\`

Each member is a document with the value's \`key\`, the generation that added it (\`since\`) and the generation that removed it
(\`until\`, null while it belongs to the value). The manifest's \`generation\` moves only when a change is complete:

\`\`\`js
const set = db.sets.findOne({ _id: 'orders:info:tags' });
db.set_members.find({
  key: set._id,
  since: { $lte: set.generation, $nin: set.aborted },
  until: { $not: { $gt: 0, $lte: set.generation, $nin: set.aborted } },
});
\`\`\`

- \`aborted\` lists generations that a worker began and did not finish. It is usually empty. The next change removes what they left.
- A result is one state of the key if the manifest's \`generation\` is the same before and after the query.
- An item of more than 8 MiB is cut: its documents have \`part\` and \`parts\`, and the same \`of\`. A hash field's name of more than 4 MiB is
  cut too: the first \`fieldParts\` of its documents hold the name, the others the value.
- Do not change or remove manifests or elements by hand.
- A value that grows beyond the limits, or shrinks below 80 % of them, changes its form in one step.

### History of membership

With \`MEMBERSHIP_HISTORY\`, sets, sorted sets and hashes always have the form \`members\`. Former members stay, with the times at
which the fleet noticed that they joined and left. The members at a given time:

\`\`\`js
db.set_members.find({
  key: 'orders:info:tags',
  joinedAt: { $lte: time },
  $or: [{ leftAt: null }, { leftAt: { $gt: time } }],
});
\`\`\`

While a worker writes a change, its new members appear here before the manifest moves. If that matters, add the conditions on \`since\`
from above. A member whose score changed, or a field whose value changed, has left and joined.

### Values that change while they are read

Small values are read by one command. Larger ones are read in pages, under WATCH, on a separate connection. If the key changed
meanwhile, the value is read again; after several attempts, by one command (\`VALUE_ATOMIC_MEMBERS\`). If it is too large for that, the
key's \`lastError\` is \`VALUE_KEEPS_CHANGING\`, and the next job tries again. A worker that read earlier never overwrites one that read
later.

### When the key is deleted or expires

The value becomes empty and \`active: false\`, and its period of activity ends in \`keys\`. With \`GONE_VALUES=remove\`, a TTL index on
\`removeAt\` removes the document: as soon as the deletion is noticed or, for a value of form \`inline\`, when the key expires. A deleted key with nothing
else left is forgotten after \`GONE_KEYS_KEEP_SEC\`, together with its empty value.
`;

/** The page about the key types, as Markdown: what each one guarantees, from the registry. */
export function renderKeyTypes(): string {
  const types = KEY_TYPE_ENTRIES.map(({ names, guarantee }) => `## ${names.keyType}\n\n${guarantee}\n`);
  return [INTRO, ...types, VALUES].join('\n');
}
