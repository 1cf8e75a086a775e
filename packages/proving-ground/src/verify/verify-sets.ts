import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { compareSet } from './compare-set.js';
import type { Findings } from './findings.js';
import type { KeyToVerify } from './key-to-verify.js';

export interface SetsToVerify {
  readonly redis: Redis;
  readonly db: Db;
  readonly keys: readonly KeyToVerify[];
  readonly findingsOf: (key: string) => Findings;
  readonly strays: Findings;
}

/** Sets compared at a time; memory is bounded by the largest few. */
const AT_ONCE = 4;

/** Compares all sets with their documents. An active document of a key that is none of them is told too. */
export async function verifySets({ redis, db, keys, findingsOf, strays }: SetsToVerify): Promise<void> {
  const sets = keys.filter(({ inRedis, record }) => inRedis === 'set' || record?.keyType === 'set');
  const queue = sets.values();
  const work = async () => {
    for (const { key } of queue) {
      const { members, verdict, problem } = await compareSet(redis, db, key);
      const findings = findingsOf(key);
      findings.members = members;
      if (verdict === 'missing') findings.addMissing(problem);
      else if (verdict === 'different') findings.addDifferent(problem);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));

  const known = new Set(sets.map(({ key }) => key));
  const active = db
    .collection<{ _id: string; active: boolean }>('sets')
    .find({ active: true }, { projection: { _id: 1 } });
  for await (const { _id } of active)
    if (!known.has(_id)) strays.addDifferent(`${_id}: an active set that is not in Redis`);
}
