import { startLocalStack } from '@redis-to-mongo/local-stack';
import type { TestProject } from 'vitest/node';

/** One MongoDB and one Redis for all files of a project; see freshNamespace for what each file adds. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startLocalStack({ onProgress: (line) => console.log(`[${project.name}] ${line}`) });
  project.provide('redisUrl', stack.redis.url);
  project.provide('mongoUri', stack.mongo.uri);
  return stack.stop;
}

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string;
    mongoUri: string;
  }
}
