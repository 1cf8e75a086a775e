import type { Redis } from 'ioredis';
import type { ValueModel } from './value-model.js';

/** Finds out which models a server has commands for. @throws what ioredis throws. */
export async function modelsKnownTo(redis: Redis): Promise<(model: ValueModel) => boolean> {
  const listed: unknown = await redis.call('COMMAND', 'LIST');
  const commands = new Set((Array.isArray(listed) ? listed : []).map((name) => String(name).toUpperCase()));
  return ({ needs }) => needs === undefined || commands.has(needs);
}
