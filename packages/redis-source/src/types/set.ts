import { createHash } from 'node:crypto';
import {
  type Batch,
  type KeyState,
  keyBytes,
  type Slice,
  type Syncer,
  storedText,
} from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { redisError } from '../redis-error.js';

const COLLECTION = 'sets';

/** Sets: the document shows a state that the set really had, and is written only when the members changed. */
export function setSyncer(redis: Redis): Syncer {
  return {
    keyType: 'set',
    read: (state, slice) => readSet(redis, state, slice),
    retire: (state) => [{ kind: 'replace', collection: COLLECTION, document: setDocument(state, [], false) }],
  };
}

async function* readSet(redis: Redis, state: KeyState, slice: Slice): AsyncGenerator<Batch> {
  const members = await redis.smembersBuffer(keyBytes(state.key)).catch((error: unknown) => {
    throw redisError(error);
  });
  // Redis has no empty sets: the key has gone since its type was asked; its next job retires it.
  if (members.length === 0) return;
  members.sort(Buffer.compare);
  const digest = digestOf(members);
  if (state.position?.digest === digest) return;
  const bytes = members.reduce((sum, member) => sum + member.length, 0);
  slice.spend(members.length, bytes);
  yield {
    writes: [{ kind: 'replace', collection: COLLECTION, document: setDocument(state, members, true) }],
    position: { digest, members: members.length },
    entries: 1,
    bytes,
    lag: 0,
    gaps: [],
    changed: true,
  };
}

function setDocument(state: KeyState, members: readonly Buffer[], active: boolean): Record<string, unknown> {
  return {
    stream: state.stream,
    type: state.type,
    incarnation: state.incarnation,
    active,
    size: members.length,
    members: members.map(storedText),
  };
}

function digestOf(members: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const member of members) hash.update(`${member.length}:`).update(member);
  return hash.digest('base64');
}
