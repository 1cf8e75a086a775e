import { SyncError } from '@redis-to-mongo/pipeline';
import type { Item } from '../contract/value-type.js';
import { shortDouble, shortScore } from '../documents/score.js';
import { partOf } from '../documents/stored-values.js';
import { itemsOf } from './scan-pages.js';

/**
 * Settings and samples from the reply of READ_SERIES; `undefined` if the key does not exist.
 * @throws SyncError REDIS_REPLY
 */
export function seriesOf(reply: unknown): readonly Item[] | undefined {
  const [[count] = [], ...texts] = itemsOf('DUMP', reply, 1);
  if (!count) return undefined;
  const flat = texts.map(([text]) => partOf(text));
  const [name, words, ...labels] = flat.slice(0, Number(count));
  const settings = [partOf(name), shortWords(partOf(words)), ...labels];
  return [settings, ...samplesOf(flat.slice(Number(count)))];
}

/** Samples from the reply of READ_SAMPLES, each value as the shortest text. @throws SyncError REDIS_REPLY */
export function samplesOf(reply: unknown): readonly Item[] {
  return itemsOf('TS.RANGE', reply, 2).map(([time, value]) => {
    exactTime(partOf(time));
    return [partOf(time), shortDouble(value)];
  });
}

/** A sample's time, in ms since 1970. @throws SyncError REDIS_REPLY if it may be rounded. */
export function exactTime(time: Buffer): number {
  const ms = Number(String(time));
  if (Number.isSafeInteger(ms)) return ms;
  throw new SyncError(
    'REDIS_REPLY',
    'unknown',
    'TS.RANGE: the series has a time beyond 2^53 ms, which Redis scripts cannot report exactly: add the key to KEY_EXCLUDE',
  );
}

/** Normalizes the words of settings: servers write the last one, a number, differently. */
export function shortWords(words: Buffer): Buffer {
  const [, first = '', last = ''] = /^(.* )(\S+)$/.exec(String(words)) ?? [];
  return Buffer.from(first + String(shortScore(Buffer.from(last))));
}
