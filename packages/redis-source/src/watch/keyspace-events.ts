import { type KeyType, keyIdOf } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';

export interface KeyspaceEventsOptions {
  /** Opens a connection: one that has subscribed can do nothing else. */
  readonly connect: () => Redis;
  /** For ordinary commands. */
  readonly redis: Redis;
  readonly db: number;
  readonly types: readonly KeyType[];
  /** A key changed, came or went. A hint: it may be wrong, and most changes may not be told of. */
  readonly onHint: (key: string) => void;
  /** Hints begin, or begin again after a lost connection: what changed before was not told of. */
  readonly onBegin: () => void;
}

/** What every type has. Source: https://redis.io/docs/latest/develop/pubsub/keyspace-notifications/ */
const ANY = [
  'del',
  'expired',
  'evicted',
  'rename_to',
  'rename_from',
  'copy_to',
  'restore',
  'move_to',
  'move_from',
];

/** The events of each type. Not those of streams: they may be very many, and the streams are watched by reads. */
const EVENTS: Readonly<Record<KeyType, readonly string[]>> = {
  stream: [],
  set: ['sadd', 'srem', 'spop', 'sinterstore', 'sunionstore', 'sdiffstore', 'sortstore'],
  zset: [
    ...['zadd', 'zincr', 'zrem', 'zremrangebyscore', 'zremrangebyrank', 'zremrangebylex'],
    ...['zdiffstore', 'zinterstore', 'zunionstore', 'zrangestore', 'zpopmin', 'zpopmax', 'geosearchstore'],
  ],
  hash: ['hset', 'hincrby', 'hincrbyfloat', 'hdel', 'hexpire', 'hexpired', 'hpersist'],
  list: ['lpush', 'rpush', 'lpop', 'rpop', 'linsert', 'lset', 'lrem', 'ltrim', 'sortstore'],
  string: ['set', 'setrange', 'incrby', 'incrbyfloat', 'append', 'setbit'],
  json: [],
};

/** The letter of `notify-keyspace-events` for each type. */
const LETTERS: Readonly<Partial<Record<KeyType, string>>> = {
  set: 's',
  zset: 'z',
  hash: 'h',
  list: 'l',
  string: '$',
};

/**
 * Listens to keyspace notifications, where the server sends them. They are hints: Redis forgets them when nobody
 * listens, and sends them only where `notify-keyspace-events` says so (E, and A or the types' own letters).
 */
export class KeyspaceEvents {
  readonly #options: KeyspaceEventsOptions;
  #subscriber: Redis | undefined;
  #told = new Set<KeyType>();

  constructor(options: KeyspaceEventsOptions) {
    this.#options = options;
  }

  /** Whether changes of values of this type are told of, as far as is known. */
  tellsOf(type: KeyType): boolean {
    return this.#told.has(type);
  }

  /** Subscribes, and again after a lost connection. Returns at once, also without a server. */
  begin(): void {
    const { connect, types, db, onHint } = this.#options;
    const subscriber = connect();
    // It is subscribed below at every 'ready'. Were ioredis to do so too, nobody would catch it when that fails: a
    // disconnect at the wrong moment would end the process.
    subscriber.options.autoResubscribe = false;
    this.#subscriber = subscriber;
    const channelOf = (event: string) => `__keyevent@${db}__:${event}`;
    const channels = new Set([...ANY, ...types.flatMap((type) => EVENTS[type])].map(channelOf));
    subscriber.on('messageBuffer', (_channel: Buffer, name: Buffer) => onHint(keyIdOf(name)));
    subscriber.on('close', () => this.#told.clear());
    subscriber.on('ready', () => {
      // Refused for lack of a privilege: then there are no hints.
      subscriber.subscribe(...channels).then(
        () => this.refresh(),
        () => this.#told.clear(),
      );
    });
  }

  /**
   * Looks at the server's setting, which may change at any time. Where it may not be looked at, hints count as
   * off; those that come are taken all the same.
   */
  async refresh(): Promise<void> {
    const { redis, types, onBegin } = this.#options;
    const reply: unknown = await redis.config('GET', 'notify-keyspace-events').catch(() => undefined);
    const flags = Array.isArray(reply) ? String(reply[1] ?? '') : '';
    const hasAll = (...letters: string[]) =>
      flags.includes('E') && letters.every((letter) => flags.includes(letter) || flags.includes('A'));
    const told = types.filter((type) => LETTERS[type] !== undefined && hasAll('g', LETTERS[type]));
    const isNew = told.some((type) => !this.#told.has(type));
    this.#told = new Set(this.#subscriber?.status === 'ready' ? told : []);
    if (isNew && this.#told.size > 0) onBegin();
  }

  close(): void {
    this.#subscriber?.disconnect();
  }
}
