import type { Line } from '@redis-to-mongo/pipeline';
import type { redisSource } from '@redis-to-mongo/redis-source';
import type { Fleet } from '../fleet.js';

export type Db = Fleet['db'];

/** The databases and the rules of an adoption, and whether it writes. */
export interface AdoptOptions {
  /** The fleet's database. */
  readonly db: Db;
  /** The database of the old engine. It is only read. */
  readonly oldDb: Db;
  readonly redis: Parameters<typeof redisSource>[0];
  readonly line: Pick<Line, 'separator' | 'rules' | 'now'>;
  readonly wanted: (key: string) => boolean;
  /** Writes the values. If undefined, nothing is written, and everything is counted as if it were. */
  readonly sink: Line['sink'] | undefined;
  /** Called with the number of old documents read. */
  readonly onProgress?: (documents: number) => void;
}
