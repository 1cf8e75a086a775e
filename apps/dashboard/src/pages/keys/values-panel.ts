import { isValueType, keyTypeEntry, valueType } from '@redis-to-mongo/key-types';
import type { KeyType } from '@redis-to-mongo/pipeline';
import {
  type Excerpt,
  type ExcerptRow,
  type ExcerptSide,
  type ExcerptVerdict,
  isDifferent,
} from '@redis-to-mongo/verify';
import { keyPath } from '../../keys/key-path.js';
import type { KeyValues, Unread } from '../../keys/key-values.js';
import { capitalized, clock, count, counted, jsonText } from '../format.js';
import { type Content, type Html, html } from '../html.js';
import { dataTable, scrollArea } from '../scroll-area.js';

/** Fields of an entry that are shown, and characters of a sample. */
const MOST_FIELDS = 20;
const MOST_CHARACTERS = 20_000;

const VERDICTS: Readonly<Record<ExcerptVerdict, string>> = {
  same: 'the same',
  different: 'differs',
  'only in Redis': 'only in Redis',
  'only in MongoDB': 'only in MongoDB',
  'dropped by Redis': 'Redis dropped it',
  'dead letter': 'a dead letter',
  'left out': 'the rule leaves fields out',
  'not compared': 'not compared',
};

/** The place for a key's content. Nothing is read before a user asks. */
export function valuesPart(key: string, showValues: boolean): Html {
  return html`<div id="values">${panel(
    showValues
      ? html`<p class="empty">The values in Redis and MongoDB, side by side, and the document that its rule produces. Each view is logged. ${showButton(key, 'Show both sides')}</p>`
      : html`<p class="empty">The values in Redis and MongoDB and the document that its rule produces are shown if <code>DASHBOARD_SHOW_VALUES</code> is true.</p>`,
  )}</div>`;
}

/** A key's content on both sides, the differences, and its document as it would be written. */
export function valuesContent(key: string, keyType: KeyType, { excerpt, sample }: KeyValues): Html {
  const shown = isUnread(excerpt) ? unread(excerpt) : excerptTable(keyType, excerpt);
  return html`${panel(html`${shown}<p class="empty">${showButton(key, 'Read again')}</p>`)}
${sample && html`<section class="panel" aria-labelledby="sample"><h2 id="sample">Document as its rule would write it</h2>${isUnread(sample) ? unread(sample) : html`<p class="empty">In the collection <code>${sample.collection}</code>. Long values are cut.</p>${scrollArea('The document', html`<pre>${jsonText(sample.document, MOST_CHARACTERS)}</pre>`)}`}</section>`}`;
}

function panel(content: Content): Html {
  return html`<section class="panel" aria-labelledby="both-sides"><h2 id="both-sides">In Redis and in MongoDB</h2>${content}</section>`;
}

function showButton(key: string, text: string): Html {
  return html`<button type="button" class="outline small" id="read-values" hx-get="${keyPath(key).replace('key?', 'key/values?')}" hx-target="#values" hx-swap="innerMorph">${text}</button>`;
}

/** Of a deleted key, nothing is shown. */
function equal(rows: readonly ExcerptRow[]): string {
  return rows.length > 0 ? 'The values shown are equal.' : 'No difference was found.';
}

function excerptTable(keyType: KeyType, { at, inRedis, sizes, isWhole, rows }: Excerpt): Html {
  const { names } = keyTypeEntry(keyType);
  const name = nameOfPart(keyType);
  const parts = (size: number) => counted(size, names.part, names.parts);
  const differing = rows.filter(({ verdict }) => isDifferent(verdict)).length;
  const refused = rows.filter(({ verdict }) => verdict === 'dead letter').length;
  const here =
    inRedis === keyType
      ? `${parts(sizes.redis)} in Redis`
      : `in Redis ${inRedis === 'none' ? 'it does not exist' : `it is of type ${inRedis}`}`;
  const there = sizes.mongo === null ? '' : `, ${parts(sizes.mongo)} in MongoDB`;
  return html`<p class="empty">As of ${clock(at)}: ${here}${there}. ${explanation(keyType, isWhole)}</p>
<p class="empty ${differing > 0 && 'bad'}">${differing === 0 ? (refused ? `The only differences are ${counted(refused, 'that MongoDB refused', 'that MongoDB refused')}.` : equal(rows)) : `${differing === 1 ? '1 differs' : `${count(differing)} differ`}. The fleet may be about to sync it: try again.`}</p>
${
  rows.length > 0 &&
  scrollArea(
    'Redis and MongoDB side by side',
    dataTable(
      [...(name === '' ? [] : [name]), 'In Redis', 'In MongoDB', 'Compared'],
      rows.map((row) => rowOf(keyType, row)),
      'sides',
    ),
  )
}`;
}

/** The heading of the column of part names; empty for types that are one text (string, JSON). */
function nameOfPart(keyType: KeyType): string {
  const { part } = keyTypeEntry(keyType).names;
  const order = orderOf(keyType);
  if (order === 'indexed') return '';
  return order === 'sliding' ? 'Place' : capitalized(part);
}

/** `undefined` for streams. */
function orderOf(keyType: KeyType) {
  return isValueType(keyType) ? valueType(keyType).shape.order : undefined;
}

function explanation(keyType: KeyType, isWhole: boolean): string {
  const order = orderOf(keyType);
  if (order === undefined) return 'The newest entries are shown first.';
  if (order === 'indexed') return 'Its length and its first 64 KiB are compared.';
  if (!isWhole) return 'The value is large: the first parts in MongoDB are compared with Redis.';
  return 'The first parts of each side are shown.';
}

function rowOf(keyType: KeyType, { name, redis, mongo, verdict }: ExcerptRow): Html {
  return html`<tr>${name !== undefined && html`<th scope="row">${typeof name === 'string' ? html`<code>${name}</code>` : pieceText(name)}</th>`}<td>${sideText(keyType, redis)}</td><td>${sideText(keyType, mongo)}</td><td class="${isDifferent(verdict) && 'bad'}">${VERDICTS[verdict]}</td></tr>`;
}

function sideText(keyType: KeyType, side: ExcerptSide | undefined): Content {
  if (!side) return '–';
  const { parts, count: all } = side;
  if (isValueType(keyType)) return parts.length === 0 ? 'there' : parts.map(pieceText);
  const names = parts.filter((_, i) => i % 2 === 0).slice(0, MOST_FIELDS);
  const more = all / 2 - names.length;
  return html`${names.map((name, i) => {
    const value = parts[2 * i + 1];
    return html`<div>${pieceText(name)} = ${value && pieceText(value)}</div>`;
  })}${more > 0 && html`<div>and ${counted(more, 'field', 'fields')} more</div>`}`;
}

function unread({ code }: Unread): Html {
  return html`<p class="empty bad">This cannot be read now (<code>${code}</code>): try again, or see the <a href=".">status</a>.</p>`;
}

function isUnread(read: object): read is Unread {
  return 'code' in read;
}

type Piece = ExcerptSide['parts'][number];

/** Control characters except tab and line breaks, and the character that a decoder puts for invalid bytes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds them
const NOT_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** The start of a piece: as text if it is text, else as base64 with a note. */
function pieceText({ head, bytes }: Piece): Html {
  if (bytes === 0) return html`<i>empty</i>`;
  const isCut = head.length < bytes;
  const text = textOf(head, isCut);
  const more = isCut && html` (${count(bytes)} bytes)`;
  const rest = isCut && '…';
  return text === undefined
    ? html`<code>${head.toString('base64')}${rest}</code> base64${more}`
    : html`<code>${text}${rest}</code>${more}`;
}

/** @param isCut whether the last character may be cut in the middle. */
function textOf(head: Buffer, isCut: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(head, { stream: isCut });
    return NOT_TEXT.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
