import { startLocalStack, startMongo } from '@redis-to-mongo/local-stack';
import type { TestProject } from 'vitest/node';

/**
 * Starts a Redis and two MongoDBs (or uses the given ones) for all files of a project.
 * freshNamespace adds more per file.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const onProgress = (line: string) => console.log(`[${project.name}] ${line}`);
  const stack = await startLocalStack({ onProgress });
  const second = process.env.LOCAL_STACK_MONGO_URI ? undefined : await startMongo();
  project.provide('redisUrl', stack.redis.url);
  project.provide('mongoUris', [stack.mongo.uri, ...(second ? [second.uri] : [])]);
  return async () => {
    await Promise.all([stack.stop(), second?.stop()]);
  };
}

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string;
    mongoUris: readonly string[];
  }
}
