import type { Findings } from './findings.js';
import type { KeyToVerify } from './key-to-verify.js';

/** Checks what MongoDB tells about a key against what was found: state, lives, and counts that add up. */
export function checkRecord({ key, inRedis, record, history }: KeyToVerify, findings: Findings): void {
  if (!record) {
    findings.addDifferent(`${key}: MongoDB does not know of the key`);
    return;
  }
  const { status, incarnation, counts, keyType, typeChanged } = record;
  if ((status === 'active') !== (inRedis !== undefined))
    findings.addDifferent(`${key}: ${inRedis ? 'in Redis' : 'not in Redis'}, but ${status} in MongoDB`);
  else if (inRedis && inRedis !== keyType)
    findings.addDifferent(`${key}: a ${inRedis} in Redis, a ${String(keyType)} in MongoDB`);
  else if (history && incarnation !== history.length)
    findings.addDifferent(`${key}: ${history.length} lives, but ${incarnation} in MongoDB`);

  const { seen, written, alreadyThere, dead, gap } = counts;
  // Every entry seen has come to something, and every document has been an entry seen.
  if (seen !== written + alreadyThere + dead)
    findings.addMiscounted(
      `${key}: ${seen} seen, but ${written} written, ${alreadyThere} already there, ${dead} dead`,
    );
  else if (keyType === 'stream' && !typeChanged && seen !== findings.documents + dead)
    findings.addMiscounted(
      `${key}: ${seen} seen, but ${findings.documents} documents and ${dead} dead letters`,
    );
  else if (history && gap > 0)
    findings.addMiscounted(`${key}: ${gap} entries count as gaps, but none was dropped`);
}
