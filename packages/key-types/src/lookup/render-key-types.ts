import { KEY_TYPE_ENTRIES } from '../registry.js';

const INTRO = `# Key types

<!-- Made from packages/key-types/src: change it there, then run \`npm run docs\`. -->

Keys of types that are not listed here (of other modules) are counted and shown, and not synced.
`;

const VALUES = `## Reading values

All but streams are values: what counts is what they are now. Each has one document
in its collection, whose \`_id\` is the key:

| field | meaning |
| --- | --- |
| \`stream\`, \`type\` | where the key belongs by the naming convention: \`db.sets.find({ stream: 'orders' })\` finds all sets of a stream |
| \`active\` | false once the key is gone; the value is empty then |
| \`incarnation\` | counts the incarnations of the key |
| \`size\` | members, fields or items; bytes of a string or of JSON |
| \`form\` | \`inline\`: the document holds the value. \`members\`: it is too large for that, and has a document per member |
| \`expiresAt\` | when Redis will remove the key, by its clock; null for never. Also in \`keys\`, for every type |
| \`revision\`, \`syncedAt\` | counts and dates the writes |

So a small set is read by \`db.sets.findOne({ _id: 'orders:info:tags' }).members\`.

### Values of form \`members\`

Each member is a document with the value's \`key\`, the generation that added it (\`since\`) and the one that ended it
(\`until\`, null while it belongs to the value). The header's \`generation\` moves only when all of a change is there:

\`\`\`js
const set = db.sets.findOne({ _id: 'orders:info:tags' });
db.set_members.find({
  key: set._id,
  since: { $lte: set.generation, $nin: set.aborted },
  $or: [{ until: { $in: [null, ...set.aborted] } }, { until: { $gt: set.generation } }],
});
\`\`\`

\`aborted\` lists generations that a worker began and did not end; it is mostly empty, and what they left is cleared away by
the next change. A reading is one state of the key when the header's \`generation\` is still the same afterward
(\`readUnits\` in packages/mongo-sink does all of this). An item of more than 8 MiB is cut: its documents have \`part\` and
\`parts\`, and the same \`of\`. A hash field's name of more than 4 MiB is cut too: the first \`fieldParts\` of its documents hold the
name, the others the value. Don't change or remove headers or units by hand.

A value that grows beyond the limits, or shrinks to well below them (80 %), changes its form in one step.

### History of membership

With \`MEMBERSHIP_HISTORY\`, sets, sorted sets and hashes are always of form \`members\`, and what has left stays, with the
times at which the fleet noticed its coming and going. Who was in the set at a given time:

\`\`\`js
db.set_members.find({
  key: 'orders:info:tags',
  joinedAt: { $lte: time },
  $or: [{ leftAt: null }, { leftAt: { $gt: time } }],
});
\`\`\`

While a worker writes, members that join with that change are among them before the header moves; add the conditions on
\`since\` above where that matters. A member whose score, or a field whose value, changed has left and joined.

### Values that change while they are read

Small values are read by one command. Larger ones are read in pages, under WATCH, on a connection of their own: when the
key was touched meanwhile, they are read again, and after several times by one command, unless they are too large for
that; then the key's \`lastError\` says so (\`VALUE_KEEPS_CHANGING\`) and the next job tries again. A worker that read
earlier never overwrites one that read later.

### When the key is gone

Deleted or expired: the value becomes empty and \`active: false\`, its period of activity ends in \`keys\`. With
\`GONE_VALUES=remove\`, the document is removed by a TTL index on \`removeAt\`: at once when the key is found gone, or, a
value of form \`inline\`, when its time is up. What is left of a key that has left nothing else is forgotten after
\`GONE_KEYS_KEEP_SEC\`, an empty value with it.
`;

/** The page about the key types, as Markdown: what each one promises, as the registry has it. */
export function renderKeyTypes(): string {
  const types = KEY_TYPE_ENTRIES.map(({ names, guarantee }) => `## ${names.keyType}\n\n${guarantee}\n`);
  return [INTRO, ...types, VALUES].join('\n');
}
