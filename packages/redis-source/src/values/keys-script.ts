import { hash } from 'node:crypto';
import { isCommandRefused, mastersOf, pipelined } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';

type Name = string | Buffer;

/**
 * A Lua script that reads keys. It is loaded into a server that does not know it yet. It is run by
 * EVALSHA_RO, because a user who may only read keys (`%R~`) may not run EVALSHA on them. Before Redis 7.0,
 * only EVALSHA exists. If the user may run scripts but not load them, the reply is the refusal of SCRIPT
 * LOAD.
 * Source: https://redis.io/docs/latest/commands/evalsha_ro/
 */
export class KeysScript {
  readonly #sha: string;
  #command: 'EVALSHA_RO' | 'EVALSHA' = 'EVALSHA_RO';

  constructor(
    private readonly redis: Redis,
    private readonly lua: string,
  ) {
    this.#sha = hash('sha1', lua, 'hex');
  }

  /**
   * Runs the script for each part of the keys, with the same arguments. On a cluster, the keys of a part
   * share a slot.
   * @returns the reply or the server's error, for each part.
   * @throws the error of ioredis if the connection fails.
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

  /** @returns the refusal, if the user may not load scripts. */
  async #load(): Promise<Error | undefined> {
    try {
      await Promise.all(mastersOf(this.redis).map((server) => server.script('LOAD', this.lua)));
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
      this.redis,
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
