import type { Config } from '@redis-to-mongo/config';
import { ruleBook } from '@redis-to-mongo/key-types';
import { redisSource } from '@redis-to-mongo/redis-source';
import { sourceOptions } from '../line-options.js';
import { type SampleDocument, sampleDocument } from './sample-document.js';

/**
 * The document of a key as it would be written now, with long values cut. It shows data.
 * @param inRedis its type there; `none` where it is not there.
 * @returns null where there is nothing to write.
 * @throws SyncError as the syncer does.
 */
export async function explainSample(
  config: Pick<Config, 'keys' | 'rules' | 'sync' | 'values'>,
  redis: Parameters<typeof redisSource>[0],
  key: string,
  inRedis: string,
): Promise<SampleDocument | null> {
  const { keys, rules } = config;
  const keyType = keys.types.find((type) => type === inRedis);
  if (!keyType) return null;
  const book = ruleBook(rules);
  const source = redisSource(redis, keys.types, { ...sourceOptions(config), rules: book });
  return (await sampleDocument(source, keys.separator, key, keyType, book)) ?? null;
}
