import { createHash } from 'node:crypto';
import {
  type ByteBudget,
  type Found,
  type KeyType,
  keyBytes,
  type SmallReading,
  SyncError,
} from '@redis-to-mongo/pipeline';
import { isCluster, masterOf, mastersOf, pipelined, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { type KeyExpiry, keyExpiry } from './key-expiry.js';
import { ALONE, ANSWERS, GONE, LATER, smallScript } from './small-script.js';
import type { ValueSyncer } from './value-syncer.js';

/** Keys that one script reads: Redis serves nobody else for as long, which is about half a millisecond. */
const KEYS_A_SCRIPT = 100;
/** A value of more items or bytes is not small: its own syncer reads it. */
const MOST_ITEMS = 500;
const MOST_BYTES = 64 * 1024;
/** What a reading takes together, in bytes. */
const READING_BYTES = 2 * 1024 * 1024;

/** Reads small values of many keys by a script; where the user may run none, it leaves all keys to their own syncers. */
export class SmallReader {
  readonly #redis: Redis;
  readonly #syncers: readonly ValueSyncer[];
  readonly #script: string;
  readonly #sha: string;
  readonly #expiry = keyExpiry();
  #mayRun = true;

  /** @param syncers of the key types that are wanted; those of values take part. */
  constructor(redis: Redis, syncers: ReadonlyMap<KeyType, unknown>) {
    this.#redis = redis;
    this.#syncers = [...syncers.values()].filter(isValueSyncer);
    this.#script = smallScript(this.#syncers.map(({ type }) => type));
    this.#sha = createHash('sha1').update(this.#script).digest('hex');
  }

  /** @throws SyncError as redisError tells. */
  async read(keys: readonly string[], budget: ByteBudget): Promise<SmallReading> {
    if (!this.#mayRun || keys.length === 0) return allAlone(keys);
    const held = await budget.reserve(READING_BYTES);
    try {
      const names = keys.map(keyBytes);
      const { answers, expiry } = await this.#ask(names);
      const found = keys.map((_, i) => this.#found(answers, ANSWERS * i, expiry));
      const bytes = bytesIn(answers);
      held.resize(bytes);
      return { found, bytes, release: () => held.release() };
    } catch (error) {
      held.release();
      const known = redisError(error);
      if (isCommandRefused(error)) this.#mayRun = false;
      // A script that the server does not take for what it is or names: each key alone shows what is wrong.
      if (isCommandRefused(error) || known.errorClass === 'unknown' || isKeyRefused(error))
        return allAlone(keys);
      throw known;
    }
  }

  #found(answers: readonly unknown[], at: number, expiry: KeyExpiry): Found {
    const code = answers[at];
    if (code === GONE) return 'gone';
    if (code === LATER) return 'later';
    const syncer = typeof code === 'number' && code !== ALONE ? this.#syncers[code - 1] : undefined;
    if (!syncer) return 'alone';
    const items = syncer.type.source.whole.items(answers[at + 2]);
    return items ? syncer.small(items, expiry.at(answers[at + 1]), expiry.same) : 'alone';
  }

  async #ask(names: readonly Buffer[]): Promise<{ answers: unknown[]; expiry: KeyExpiry }> {
    const [first = Buffer.alloc(0)] = names;
    const expiry = await this.#expiry(await masterOf(this.#redis, first), first);
    const parts = isCluster(this.#redis) ? names.map((name) => [name]) : partsOf(names);
    const together = READING_BYTES / parts.length;
    const limits = [expiry.command, MOST_ITEMS, MOST_BYTES, together].map(String);
    const run = () => this.#run(parts, limits);
    const replies = await run().catch(async (error: unknown) => {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      await Promise.all(mastersOf(this.#redis).map((server) => server.script('LOAD', this.#script)));
      return await run();
    });
    return { answers: replies.flat(), expiry };
  }

  async #run(parts: readonly (readonly Buffer[])[], limits: readonly string[]): Promise<unknown[][]> {
    const replies = await pipelined(
      this.#redis,
      parts,
      ([name = '']) => name,
      (pipeline, part) => pipeline.callBuffer('EVALSHA', this.#sha, String(part.length), ...part, ...limits),
    );
    return replies.map(([error, reply], i) => {
      if (error) throw error;
      if (!Array.isArray(reply) || reply.length !== ANSWERS * (parts[i]?.length ?? 0))
        throw new SyncError('REDIS_REPLY', 'unknown', 'EVALSHA: the reply is not what the script answers');
      return reply;
    });
  }
}

function allAlone(keys: readonly string[]): SmallReading {
  return { found: keys.map(() => 'alone'), bytes: 0, release: () => {} };
}

function isValueSyncer(syncer: unknown): syncer is ValueSyncer {
  return typeof syncer === 'object' && syncer !== null && 'small' in syncer;
}

function partsOf(names: readonly Buffer[]): (readonly Buffer[])[] {
  const parts: (readonly Buffer[])[] = [];
  for (let from = 0; from < names.length; from += KEYS_A_SCRIPT)
    parts.push(names.slice(from, from + KEYS_A_SCRIPT));
  return parts;
}

function bytesIn(answers: readonly unknown[]): number {
  let bytes = 0;
  for (const answer of answers) {
    if (Buffer.isBuffer(answer)) bytes += answer.length;
    else if (Array.isArray(answer))
      for (const part of answer) bytes += Buffer.isBuffer(part) ? part.length : 0;
  }
  return bytes;
}

function isCommandRefused(error: unknown): boolean {
  return (
    error instanceof Error &&
    /unknown command|can't run this command|NOPERM/i.test(error.message) &&
    !isKeyRefused(error)
  );
}

function isKeyRefused(error: unknown): boolean {
  return error instanceof Error && /access (a|one of the) key/i.test(error.message);
}
