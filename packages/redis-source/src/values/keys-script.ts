import { createHash } from 'node:crypto';
import { isCommandRefused, mastersOf, pipelined } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';

type Name = string | Buffer;

/**
 * A Lua script that reads keys. A server that does not know it yet gets it then. It is run by EVALSHA_RO: a
 * user who may only read keys (`%R~`) may not run EVALSHA on them. Before Redis 7.0 there is but that one.
 * A user who may run scripts need not be allowed to load them: then the answer is that refusal, as of EVALSHA_RO itself.
 * Source: https://redis.io/docs/latest/commands/evalsha_ro/
 */
export class KeysScript {
  readonly #redis: Redis;
  readonly #lua: string;
  readonly #sha: string;
  #command: 'EVALSHA_RO' | 'EVALSHA' = 'EVALSHA_RO';

  constructor(redis: Redis, lua: string) {
    this.#redis = redis;
    this.#lua = lua;
    this.#sha = createHash('sha1').update(lua).digest('hex');
  }

  /**
   * Runs it for each part of the keys (on a cluster, those of a part share a slot), with the same arguments.
   * @returns what it answered for each part, or the server's error.
   * @throws what ioredis throws when the connection fails.
   */
  async run(parts: readonly (readonly Name[])[], args: readonly (string | Buffer)[]): Promise<unknown[]> {
    let replies = await this.#runKnown(parts, args);
    if (replies.some(isUnknownCommand) && this.#command === 'EVALSHA_RO') {
      this.#command = 'EVALSHA';
      replies = await this.#runKnown(parts, args);
    }
    if (!replies.some(isUnknownScript)) return replies;
    const refusal = await this.#load();
    if (refusal) return replies.map((reply) => (isUnknownScript(reply) ? refusal : reply));
    return await this.#runKnown(parts, args);
  }

  /** @returns the refusal, where the user may not load scripts. */
  async #load(): Promise<Error | undefined> {
    try {
      await Promise.all(mastersOf(this.#redis).map((server) => server.script('LOAD', this.#lua)));
      return undefined;
    } catch (error) {
      if (error instanceof Error && isCommandRefused(error)) return error;
      throw error;
    }
  }

  async #runKnown(
    parts: readonly (readonly Name[])[],
    args: readonly (string | Buffer)[],
  ): Promise<unknown[]> {
    const replies = await pipelined(
      this.#redis,
      parts,
      ([name = '']) => name,
      (pipeline, part) =>
        pipeline.callBuffer(this.#command, this.#sha, String(part.length), ...part, ...args),
    );
    return replies.map(([error, reply]) => error ?? reply);
  }
}

function isUnknownCommand(reply: unknown): boolean {
  return reply instanceof Error && /unknown command/i.test(reply.message);
}

function isUnknownScript(reply: unknown): boolean {
  return reply instanceof Error && reply.message.startsWith('NOSCRIPT');
}
