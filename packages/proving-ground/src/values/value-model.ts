import type { KeyType } from '@redis-to-mongo/pipeline';
import type { ChainableCommander, Redis } from 'ioredis';
import { type Random, wholeFrom } from '../generator/random.js';

/** The expected content of a value, and the commands that produce it. */
export interface ValueModel {
  readonly keyType: KeyType;
  /** A command that the type needs, and that some servers lack. */
  readonly needs?: string;
  /** The items as the mirror returns them. */
  items(): readonly (readonly Buffer[])[];
  /**
   * Makes a small change; no two states are equal.
   * @param version a number that this key has not had before.
   */
  change(version: number, random: Random): (commands: ChainableCommander, key: string) => void;
  /** Writes the whole value to a key that does not exist. */
  write(commands: ChainableCommander, key: string): void;
}

const bytes = (text: string) => Buffer.from(text);
/** Parts that one change touches, besides the one that holds the version. */
const PARTS = 3;

/** A name. Every seventh is not UTF-8. */
function nameOf(what: string, n: number): Buffer {
  const name = bytes(`${what}:${n}`);
  return n % 7 === 6 ? Buffer.concat([name, Buffer.from([0xff, n % 256])]) : name;
}

/** A hash of about this many fields. */
export function hashModel(size: number): ValueModel {
  const fields = new Map<string, string>();
  for (let i = 0; i < size; i++) fields.set(`field:${i}`, 'first');
  return {
    keyType: 'hash',
    items: () => [...fields].map(([field, value]) => [bytes(field), bytes(value)]),
    change: (version, random) => {
      const set = new Map([['version', `${version}`]]);
      for (let i = 0; i < PARTS; i++)
        set.set(`field:${wholeFrom(random, 0, size)}`, `${version} ${random()}`);
      const gone = `field:${wholeFrom(random, 0, size)}`;
      for (const [field, value] of set) fields.set(field, value);
      fields.delete(gone);
      return (commands, key) => commands.hset(key, Object.fromEntries(set)).hdel(key, gone);
    },
    write: (commands, key) => void commands.hset(key, Object.fromEntries(fields)),
  };
}

/** A set of about this many members, one of which holds the version. */
export function setModel(size: number): ValueModel {
  // Members are stored as latin1 text, one character per byte.
  const members = new Set(Array.from({ length: size }, (_, i) => latin1(nameOf('member', i))));
  let last = 'version 0';
  const buffers = (names: Iterable<string>) => [...names].map((name) => Buffer.from(name, 'latin1'));
  return {
    keyType: 'set',
    items: () => buffers(members).map((member) => [member]),
    change: (version, random) => {
      const gone = [last, latin1(nameOf('member', wholeFrom(random, 0, size)))];
      last = `version ${version}`;
      const come = [last, latin1(nameOf('member', size + wholeFrom(random, 0, size)))];
      for (const member of gone) members.delete(member);
      for (const member of come) members.add(member);
      return (commands, key) => commands.srem(key, ...buffers(gone)).sadd(key, ...buffers(come));
    },
    write: (commands, key) => void commands.sadd(key, ...buffers(members)),
  };
}

function latin1(text: Buffer): string {
  return text.toString('latin1');
}

/** A sorted set of about this many members. */
export function zsetModel(size: number): ValueModel {
  const scores = new Map<string, number>();
  for (let i = 0; i < size; i++) scores.set(`member:${i}`, i);
  const flat = (pairs: Iterable<[string, number]>) =>
    [...pairs].flatMap(([member, score]) => [score, member]);
  return {
    keyType: 'zset',
    items: () => [...scores].map(([member, score]) => [bytes(member), bytes(String(score))]),
    change: (version, random) => {
      const set = new Map([['version', version]]);
      for (let i = 0; i < PARTS; i++) set.set(`member:${wholeFrom(random, 0, size)}`, version + i / 4);
      const gone = `member:${wholeFrom(random, 0, size)}`;
      for (const [member, score] of set) scores.set(member, score);
      scores.delete(gone);
      return (commands, key) => commands.zadd(key, ...flat(set)).zrem(key, gone);
    },
    write: (commands, key) => void commands.zadd(key, ...flat(scores)),
  };
}

/** A list of this many items. */
export function listModel(size: number): ValueModel {
  const list = Array.from({ length: size }, (_, i) => `item ${i}`);
  return {
    keyType: 'list',
    items: () => list.map((item) => [bytes(item)]),
    change: (version, random) => {
      const at = wholeFrom(random, 0, size - 2);
      list.shift();
      list.push(`version ${version}`);
      list[at] = `changed by ${version}`;
      return (commands, key) =>
        commands.lpop(key).rpush(key, `version ${version}`).lset(key, at, `changed by ${version}`);
    },
    write: (commands, key) => void commands.rpush(key, ...list),
  };
}

/** A string of this many bytes. */
export function stringModel(size: number): ValueModel {
  const text = Buffer.alloc(size, 'abcdefghij');
  return {
    keyType: 'string',
    items: () => [[Buffer.from(text)]],
    change: (version) => {
      const head = `version ${version} `.padEnd(24);
      text.write(head);
      return (commands, key) => void commands.setrange(key, 0, head);
    },
    write: (commands, key) => void commands.set(key, text),
  };
}

/** A string that holds a JSON object of about this many bytes. */
export function jsonModel(size: number): ValueModel {
  let text = '';
  return {
    keyType: 'string',
    items: () => [[bytes(text)]],
    change: (version) => {
      text = JSON.stringify({ version, 'is.on': version % 2 === 0, words: 'x'.repeat(size) });
      return (commands, key) => void commands.set(key, text);
    },
    write: (commands, key) => void commands.set(key, text),
  };
}

/**
 * Returns a function that tells whether the server has the commands of a model.
 * @throws errors of ioredis.
 */
export async function modelsKnownTo(redis: Redis): Promise<(model: ValueModel) => boolean> {
  const listed: unknown = await redis.call('COMMAND', 'LIST');
  const commands = new Set((Array.isArray(listed) ? listed : []).map((name) => String(name).toUpperCase()));
  return ({ needs }) => needs === undefined || commands.has(needs);
}
