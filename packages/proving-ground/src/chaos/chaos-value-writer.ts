import { setTimeout as sleep } from 'node:timers/promises';
import { OneAtATime } from '@redis-to-mongo/pipeline';
import type { ChainableCommander, Redis } from 'ioredis';
import { type Random, wholeFrom } from '../generator/random.js';
import type { ValueModel } from '../values/value-model.js';
import { isRefusal, refused, type SourceConnection } from './source-connection.js';
import { ABSENT, valueDigest, WrittenValue } from './written-value.js';

export interface ChaosValueWriterOptions {
  /** The key's name; a second one if the key is renamed sometimes. */
  readonly names: readonly [string, ...string[]];
  /** The key's model; several if its type changes sometimes. */
  readonly models: readonly [ValueModel, ...ValueModel[]];
  readonly source: SourceConnection;
  readonly random: Random;
}

type Commands = (commands: ChainableCommander) => void;

/** Lifetime of a value that expires, in ms. */
const EXPIRY_MS = [50, 800] as const;
/** Each rare kind of change is one in RARELY + 1. */
const RARELY = 12;

/**
 * The only writer of one value. Each change is one transaction, so Redis only ever has recorded states. If a
 * change is not answered, the whole state is written again, which is harmless if the change was executed.
 */
export class ChaosValueWriter extends OneAtATime {
  readonly written: readonly WrittenValue[];
  #name = 0;
  #model = 0;
  #exists = false;
  #version = 0;

  constructor(private readonly options: ChaosValueWriterOptions) {
    super();
    this.written = options.names.map((name) => new WrittenValue(name, options.models.length > 1));
  }

  /** Whether the key existed after the last write. */
  get exists(): boolean {
    return this.#exists;
  }

  /** Makes one change: usually of a few parts, sometimes a deletion, an expiry, a rename or a new type. */
  async step(): Promise<void> {
    const { random, names, models } = this.options;
    if (!this.#exists) return await this.fill();
    const kind = wholeFrom(random, 0, RARELY);
    if (kind === 0) await this.remove();
    else if (kind === 1) await this.#expire(wholeFrom(random, ...EXPIRY_MS));
    else if (kind === 2 && names.length > 1) await this.#rename();
    else if (kind === 3 && models.length > 1) await this.#retype();
    else await this.#change();
  }

  /** Creates the key with its next state. */
  async fill(): Promise<void> {
    this.#current.change(++this.#version, this.options.random);
    this.#exists = true;
    await this.#carryOut(this.#rewrite, this.#rewrite);
  }

  /** Records that Redis is about to be emptied. */
  beginLoss(): void {
    this.#exists = false;
    this.#here.begin(ABSENT);
  }

  /** Records that Redis has been emptied. */
  endLoss(): void {
    this.#here.done();
  }

  get keyType(): string {
    return this.#current.keyType;
  }

  get #current(): ValueModel {
    const [first] = this.options.models;
    return this.options.models[this.#model] ?? first;
  }

  get key(): string {
    return this.options.names[this.#name] ?? this.options.names[0];
  }

  get #here(): WrittenValue {
    const here = this.written[this.#name];
    if (!here) throw new Error(`nothing is known of ${this.key}`);
    return here;
  }

  readonly #rewrite: Commands = (commands) => {
    for (const name of this.options.names) commands.del(name);
    this.#current.write(commands, this.key);
  };

  async #change(): Promise<void> {
    const change = this.#current.change(++this.#version, this.options.random);
    await this.#carryOut((commands) => change(commands, this.key), this.#rewrite);
  }

  async #retype(): Promise<void> {
    this.#model = (this.#model + 1) % this.options.models.length;
    this.#current.change(++this.#version, this.options.random);
    await this.#carryOut(this.#rewrite, this.#rewrite);
  }

  async #rename(): Promise<void> {
    const [from, before] = [this.key, this.#here];
    this.#name = (this.#name + 1) % this.options.names.length;
    before.begin(ABSENT);
    await this.#carryOut((commands) => void commands.rename(from, this.key), this.#rewrite);
    before.done();
  }

  /** Deletes the key, and records it. */
  async remove(): Promise<void> {
    this.#exists = false;
    this.#here.begin(ABSENT);
    await this.options.source.answered((redis) => redis.del(this.key));
    this.#here.done();
  }

  /** Writes the next state with an expiry, and waits until the key is gone. */
  async #expire(ms: number): Promise<void> {
    const withExpiry: Commands = (commands) => {
      this.#rewrite(commands);
      commands.pexpire(this.key, ms);
    };
    this.#current.change(++this.#version, this.options.random);
    this.#here.begin(this.#digest());
    this.#here.begin(ABSENT);
    this.#exists = false;
    await this.#send(withExpiry, withExpiry);
    do await sleep(ms);
    while (await this.options.source.answered((redis) => redis.exists(this.key)));
    this.#here.done();
  }

  async #carryOut(first: Commands, again: Commands): Promise<void> {
    this.#here.begin(this.#digest());
    await this.#send(first, again);
    this.#here.done();
  }

  async #send(first: Commands, again: Commands): Promise<void> {
    const { source } = this.options;
    const run = (fill: Commands) => async (redis: Redis) => {
      const commands = redis.multi();
      fill(commands);
      return (await commands.exec()) ?? [];
    };
    const replies = (await source.attempt(run(first))) ?? (await source.answered(run(again)));
    for (const [error] of replies) if (isRefusal(error)) throw refused(error);
  }

  #digest(): string {
    return valueDigest(this.#current.keyType, this.#current.items());
  }
}
