import type { ValueType } from '@redis-to-mongo/key-types';
import {
  type ByteBudget,
  type Found,
  inParts,
  isKeyId,
  keyBytes,
  keyName,
  type SmallReading,
  type SmallValue,
  SyncError,
} from '@redis-to-mongo/pipeline';
import {
  isCluster,
  isCommandRefused,
  isKeyRefused,
  masterOf,
  redisError,
} from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { type KeyExpiry, keyExpiry } from '../key-expiry.js';
import { KeysScript } from './keys-script.js';
import { unpackMessage } from './message-pack.js';
import type { ServerSource } from './server-source.js';
import { SmallReply } from './small-reply.js';
import { ALONE, ANSWERS, GONE, LATER, MOST_BYTES, smallScript } from './small-script.js';

/** What is made of the small values of one type. */
export interface SmallForm<T> {
  readonly type: ValueType;
  readonly source: ServerSource;
  /** @param expiresAt in ms since 1970; null for never. */
  small(reply: SmallReply, expiresAt: number | null, expiry: KeyExpiry): T;
}

/** The result of a reading; see SmallReading. */
export interface Reading<T> extends Omit<SmallReading, 'found'> {
  readonly found: readonly (T | Exclude<Found, SmallValue>)[];
}

/**
 * Number of keys that one script reads. Meanwhile, about half a millisecond, Redis serves no other client.
 */
const KEYS_A_SCRIPT = 100;
/** A value with more items, or with more than MOST_BYTES, is not small: its own syncer reads it. */
const MOST_ITEMS = 500;
/** Maximum number of bytes of one reading. */
const READING_BYTES = 2 * 1024 * 1024;
/**
 * Number of keys that are read in parallel, each by its own script. These scripts do not know how many bytes
 * the others have read.
 */
const SINGLES_AT_ONCE = 50;

type Name = string | Buffer;

/**
 * Reads small values of many keys by a script. If the user may not run scripts, all keys are left to their
 * own syncers.
 */
export class SmallReader<T> {
  readonly #script: KeysScript;
  readonly #expiry = keyExpiry();
  #mayRun = true;

  /** @param forms those of the wanted key types. */
  constructor(
    private readonly redis: Redis,
    private readonly forms: readonly SmallForm<T>[],
  ) {
    this.#script = new KeysScript(redis, smallScript(forms.map(({ type }) => type)));
  }

  /** @throws SyncError as redisError. */
  async read(keys: readonly string[], budget: ByteBudget): Promise<Reading<T>> {
    if (!this.#mayRun || keys.length === 0) return allAlone(keys);
    const held = await budget.reserve(READING_BYTES);
    try {
      const { answers, expiry } = await this.#ask(keys);
      // Only the canonical key id is accepted: another spelling of it would mirror the key twice.
      const found = keys.map((key, i) => (isKeyId(key) ? this.#found(answers, ANSWERS * i, expiry) : 'gone'));
      const bytes = bytesIn(answers);
      held.resize(bytes);
      return { found, bytes, release: () => held.release() };
    } catch (error) {
      held.release();
      if (isCommandRefused(error)) this.#mayRun = false;
      const known = redisError(error);
      // If it is not known why the server refuses the script, reading each key alone shows the reason.
      if (isCommandRefused(error) || isKeyRefused(error) || known.errorClass === 'unknown')
        return allAlone(keys);
      throw known;
    }
  }

  #found(answers: readonly unknown[], at: number, expiry: KeyExpiry): Reading<T>['found'][number] {
    const code = answers[at];
    if (code === GONE) return 'gone';
    if (code === LATER) return 'later';
    const form = typeof code === 'number' && code !== ALONE ? this.forms[code - 1] : undefined;
    if (!form) return 'alone';
    const reply = new SmallReply(form.type.source, answers[at + 2]);
    return form.small(reply, expiry.at(answers[at + 1]), expiry);
  }

  async #ask(keys: readonly string[]): Promise<{ answers: unknown[]; expiry: KeyExpiry }> {
    const names = keys.map(keyName);
    const first = keyBytes(keys[0] ?? '');
    const server = await masterOf(this.redis, first);
    const expiry = await this.#expiry(server, first);
    const detailed = await this.#askForDetails(server, first);
    const argsFor = (bytes: number) =>
      [expiry.command, MOST_ITEMS, MOST_BYTES, bytes, detailed ? 1 : 0].map(String);
    if (isCluster(this.redis))
      return { answers: await this.#askSingly(names, argsFor, READING_BYTES), expiry };
    const parts = inParts(names, KEYS_A_SCRIPT);
    const each = READING_BYTES / parts.length;
    const replies = await this.#script.run(parts, argsFor(each));
    const answers = await Promise.all(
      parts.map((part, i) =>
        // The user may not read one of the keys.
        isKeyRefused(replies[i]) ? this.#askSingly(part, argsFor, each) : answersOf(part, replies[i]),
      ),
    );
    return { answers: answers.flat(), expiry };
  }

  /** Reads each key by its own script, up to this many bytes; the other keys are left for later. */
  async #askSingly(
    names: readonly Name[],
    argsFor: (bytes: number) => readonly string[],
    bytes: number,
  ): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (let from = 0, left = bytes; from < names.length; from += SINGLES_AT_ONCE) {
      const singles = names.slice(from, from + SINGLES_AT_ONCE).map((name) => [name]);
      const replies = left > 0 ? await this.#script.run(singles, argsFor(left)) : [];
      const some = singles.flatMap((single, i) =>
        left > 0 ? answersOf(single, replies[i]) : [LATER, false, false],
      );
      left -= bytesIn(some);
      answers.push(...some);
    }
    return answers;
  }

  /** Whether this server reports details of any type's items. */
  async #askForDetails(server: Redis, key: Buffer): Promise<boolean> {
    for (const { source } of this.forms) if (await source.knownDetail(server, key)) return true;
    return false;
  }
}

/**
 * The script's answers for the keys of a part.
 * @throws the server's error, unless the part is one key that the user may not read.
 */
function answersOf(part: readonly Name[], reply: unknown): readonly unknown[] {
  if (part.length === 1 && isKeyRefused(reply)) return [ALONE, false, false];
  if (reply instanceof Error) throw reply;
  const answers = Buffer.isBuffer(reply) ? unpackMessage(reply) : reply;
  if (!Array.isArray(answers) || answers.length !== ANSWERS * part.length)
    throw new SyncError('REDIS_REPLY', 'unknown', 'EVALSHA: the reply is not what the script answers');
  return answers;
}

function allAlone(keys: readonly string[]): Reading<never> {
  return { found: keys.map(() => 'alone'), bytes: 0, release: () => {} };
}

function bytesIn(answers: readonly unknown[]): number {
  let bytes = 0;
  for (let at = 2; at < answers.length; at += ANSWERS) bytes += sizeOf(answers[at]);
  return bytes;
}

function sizeOf(answer: unknown): number {
  if (Buffer.isBuffer(answer)) return answer.length;
  return Array.isArray(answer) ? answer.reduce<number>((sum, part) => sum + sizeOf(part), 0) : 0;
}
