import type { Line } from '@redis-to-mongo/pipeline';
import type { redisSource } from '@redis-to-mongo/redis-source';
import type { Fleet } from '../fleet.js';

export type Db = Fleet['db'];

/** The databases and the rules of an adoption, and whether it writes. */
export interface AdoptOptions {
  /** The fleet's database. */
  readonly db: Db;
  /** Where the old engine's collections are; nothing is written there. */
  readonly oldDb: Db;
  readonly redis: Parameters<typeof redisSource>[0];
  readonly line: Pick<Line, 'separator' | 'rules' | 'now'>;
  readonly wanted: (key: string) => boolean;
  /** What values are written by. Without it nothing is written, and all is counted as if it were. */
  readonly sink: Line['sink'] | undefined;
  /** Called with how many old documents were read. */
  readonly onProgress?: (documents: number) => void;
}
