import { keyTypeEntry } from '@redis-to-mongo/key-types';
import { type KeyType, partsGivenBy, partsNamedIn, type RuleSpec } from '@redis-to-mongo/pipeline';
import type { MemberReader } from './member-reader.js';

type Shape = Pick<RuleSpec, 'shape' | 'id' | 'idType'>;

/** The shape of documents, and their `_id`. */
export function readShape(
  rule: MemberReader,
  types: readonly KeyType[] | undefined,
  pattern: string | undefined,
  { parse }: Pick<RuleSpec, 'parse'>,
): Shape {
  const shape = rule.oneOf('shape', ['document']);
  if (shape && types?.every((type) => keyTypeEntry(type).rules.isOneText) && parse?.value !== 'json')
    rule.problem(
      'shape',
      `says nothing about ${types.join(', ')} without parse: a text has no members`,
      'add "parse": { "value": "json" }, or remove it',
    );
  const id = rule.text('id');
  const idType = rule.oneOf('idType', ['text', 'number', 'objectId']);
  if (id !== undefined && !shape)
    rule.problem('id', 'is for documents of a shape', 'add "shape": "document"');
  if (idType !== undefined && !rule.has('id'))
    rule.problem('idType', 'stands without an id', 'add "id": "{1}", or remove it');
  if (id !== undefined) checkPlaceholders(rule, id, pattern);
  return {
    ...(shape ? { shape } : {}),
    ...(id === undefined ? {} : { id }),
    ...(idType ? { idType } : {}),
  };
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
