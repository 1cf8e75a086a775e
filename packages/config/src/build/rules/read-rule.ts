import {
  isValueType,
  KEY_TYPE_ENTRIES,
  KEY_TYPES,
  type KeyTypeEntry,
  keyTypeEntry,
  METADATA_TYPE,
} from '@redis-to-mongo/key-types';
import { collectionsUsed } from '@redis-to-mongo/mongo-sink';
import {
  defined,
  type KeyType,
  memberCollectionOf,
  partsGivenBy,
  partsNamedIn,
  type RuleSpec,
  type TrimRule,
} from '@redis-to-mongo/pipeline';
import type { MemberReader } from './member-reader.js';
import { readFields } from './read-fields.js';

const DAY_SEC = 86_400;
const CENTURY_SEC = 100 * 366 * DAY_SEC;
const LONGEST_COLLECTION = 150;
/** The fleet's own collections, and the collections of keys without a rule. */
const OUR_COLLECTIONS = collectionsUsed([]).all;

/** The types that a member applies to. A member that is not listed here applies to every type. */
const APPLIES_TO: Readonly<Record<string, readonly KeyType[]>> = {
  fields: typesWhere(({ rules }) => rules.hasFields),
  parse: typesWhere(({ rules }) => rules.hasFields || rules.parsed.length > 0),
  id: KEY_TYPES.filter(isValueType),
  gone: KEY_TYPES.filter(isValueType),
  attach: [METADATA_TYPE.names.keyType],
  trim: ['stream'],
  history: typesWhere(({ hasHistory }) => hasHistory),
};

const SCHEDULED_TYPES = typesWhere(({ hasScheduler }) => hasScheduler);

const MEMBERS = [
  'pattern',
  'types',
  'collection',
  'shape',
  'idType',
  'ttlSec',
  'intervalSec',
  ...Object.keys(APPLIES_TO),
];

/**
 * Reads one rule. Mistakes are recorded, and left out of the result.
 * @param trim the setting of the options.
 */
export function readRule(rule: MemberReader, trim: TrimRule): RuleSpec | undefined {
  rule.allow(MEMBERS);
  const pattern = rule.text('pattern');
  if (!rule.has('pattern'))
    rule.problem('pattern', 'is missing', 'write the pattern of the keys, such as "orders*"');
  const types = rule.someOf('types', KEY_TYPES);
  // In a shape, content without fields has names too.
  const isNamed = (member: string) => member === 'fields' && rule.has('shape');
  for (const [member, applicable] of Object.entries(APPLIES_TO))
    if (rule.has(member) && !isNamed(member) && types && !applicable.some((type) => types.includes(type)))
      rule.problem(
        member,
        `does not apply to ${types.join(', ')}`,
        `remove it, or let types name ${applicable.join(', ')}`,
      );
  const collection = readCollection(rule, types);
  const ttlMs = toMs(rule.number('ttlSec', { min: 0.001, max: CENTURY_SEC }));
  const history = rule.flag('history');
  const attach = rule.flag('attach');
  if (attach && history)
    rule.problem('attach', 'sets with history have a document for each member', 'remove one of the two');
  const intervalMs = toMs(rule.number('intervalSec', { min: 0.01, max: DAY_SEC }));
  if (intervalMs !== undefined && types && !SCHEDULED_TYPES.some((type) => types.includes(type)))
    rule.warn(
      'intervalSec',
      `has no effect on ${types.join(', ')}: only keys of type ${SCHEDULED_TYPES.join(', ')} have scheduled jobs`,
    );
  const trimmed = readTrim(rule, trim);
  const fields = readFields(rule, types);
  const shape = readShape(rule, types, pattern, fields);
  const gone = rule.oneOf('gone', ['keep', 'remove', 'mark']);
  if (gone === 'mark' && history)
    rule.problem(
      'gone',
      'mark would keep members that history says have left',
      'write keep, or remove history',
    );
  if (pattern === undefined) return undefined;
  return {
    pattern,
    // Keep this order: processes compare the texts of their rules.
    ...defined({ types, collection }),
    ...fields,
    ...shape,
    ...defined({ gone, attach, ttlMs, history, trim: trimmed, intervalMs }),
  };
}

function readCollection(rule: MemberReader, types: readonly KeyType[] | undefined): string | undefined {
  const name = rule.text('collection');
  if (name === undefined) return undefined;
  const problem = (text: string, remedy: string) => rule.problem('collection', text, remedy);
  if (!types || (types.includes('stream') && types.length > 1))
    problem('would hold messages of streams and values alike', 'let types name stream alone, or no stream');
  if (/[$\0]|^system\.|^\.|\.$|\.\./.test(name) || Buffer.byteLength(name) > LONGEST_COLLECTION)
    problem('is no name for a collection in MongoDB', 'write letters, digits and _');
  const ours = [name, ...(types?.includes('stream') ? [] : [memberCollectionOf(name)])].find((each) =>
    OUR_COLLECTIONS.includes(each),
  );
  if (ours !== undefined)
    problem(
      `${ours} is one of the fleet’s own collections`,
      'write another name, or remove it to use the collection of the type',
    );
  return name;
}

function readTrim(rule: MemberReader, options: TrimRule): TrimRule | undefined {
  const found = rule.object('trim');
  if (!found) return undefined;
  const { reader } = found;
  reader.allow(['mode', 'keepEntries', 'keepSec']);
  const mode = reader.oneOf('mode', ['off', 'dry-run', 'on']) ?? options.mode;
  const keepSec = reader.number('keepSec', { min: 0, max: CENTURY_SEC });
  const keepEntries = reader.number('keepEntries', { min: 0, isWhole: true });
  if (mode === 'off' && !reader.has('mode'))
    reader.problem('mode', 'is missing, and TRIM_MODE is off', 'write "mode": "on" or "dry-run"');
  return {
    mode,
    keepEntries: keepEntries ?? options.keepEntries,
    keepMs: keepSec === undefined ? options.keepMs : Math.round(keepSec * 1000),
  };
}

function toMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.max(1, Math.round(seconds * 1000));
}

function typesWhere(is: (entry: KeyTypeEntry) => boolean): readonly KeyType[] {
  return KEY_TYPE_ENTRIES.filter(is).map(({ names }) => names.keyType);
}

type Shape = Pick<RuleSpec, 'shape' | 'id' | 'idType'>;

/** The shape of documents, and their `_id`. */
function readShape(
  rule: MemberReader,
  types: readonly KeyType[] | undefined,
  pattern: string | undefined,
  { parse }: Pick<RuleSpec, 'parse'>,
): Shape {
  const shape = rule.oneOf('shape', ['document']);
  if (shape && types?.every((type) => keyTypeEntry(type).rules.isOneText) && parse?.value !== 'json')
    rule.problem(
      'shape',
      `does not apply to ${types.join(', ')} without parse: a text has no members`,
      'add "parse": { "value": "json" }, or remove it',
    );
  const id = rule.text('id');
  const idType = rule.oneOf('idType', ['text', 'number', 'objectId']);
  if (id !== undefined && !shape)
    rule.problem('id', 'is for documents of a shape', 'add "shape": "document"');
  if (idType !== undefined && !rule.has('id'))
    rule.problem('idType', 'stands without an id', 'add "id": "{1}", or remove it');
  if (id !== undefined) checkPlaceholders(rule, id, pattern);
  return defined({ shape, id, idType });
}

function checkPlaceholders(rule: MemberReader, id: string, pattern: string | undefined): void {
  const places = partsNamedIn(id);
  if (places.length === 0)
    rule.problem(
      'id',
      'would be the same for all keys',
      'write {1} for what the first * of the pattern matches',
    );
  if (pattern === undefined) return;
  const most = partsGivenBy(pattern);
  const wrong = places.find((place) => place < 1 || place > most);
  if (wrong !== undefined)
    rule.problem(
      'id',
      `has {${wrong}}, and the pattern has ${most === 1 ? 'one *' : `${most} *`}`,
      most === 0 ? 'write a * into the pattern' : `write {1}${most > 1 ? ` to {${most}}` : ''}`,
    );
}
