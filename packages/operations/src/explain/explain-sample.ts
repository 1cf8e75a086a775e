import type { Config } from '@redis-to-mongo/config';
import { ruleBook } from '@redis-to-mongo/key-types';
import type { KeyState } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import { sourceOptions } from '../line-options.js';
import { type SampleDocument, sampleDocument } from './sample-document.js';

/**
 * The document of a key as its rule would write it, with long values cut. An existing incarnation keeps its
 * place. The result contains data.
 * @param inRedis the key's type in Redis; `none` if it does not exist.
 * @param known the key's saved state, if MongoDB has the key.
 * @returns null if there is nothing to write.
 * @throws SyncError as the syncer does.
 */
export async function explainSample(
  config: Pick<Config, 'keys' | 'rules' | 'sync' | 'values'>,
  redis: Parameters<typeof redisSource>[0],
  key: string,
  inRedis: string,
  known?: KeyState,
): Promise<SampleDocument | null> {
  const { keys, rules } = config;
  const keyType = keys.types.find((type) => type === inRedis);
  if (!keyType) return null;
  const book = ruleBook(rules);
  const source = redisSource(redis, keys.types, { ...sourceOptions(config), rules: book });
  const isSame = known?.status === 'active' && known.keyType === keyType;
  const incarnation = known && (isSame ? known.incarnation : known.incarnation + 1);
  return (await sampleDocument(source, keys.separator, key, keyType, book, incarnation)) ?? null;
}
