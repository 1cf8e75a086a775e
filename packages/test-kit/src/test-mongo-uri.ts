import { inject } from 'vitest';

/**
 * The MongoDB for the tests of this process. Test files that run in parallel use different ones, because a
 * server may use only one core.
 */
export function testMongoUri(): string {
  const uris = inject('mongoUris');
  const uri = uris[Number(process.env.VITEST_POOL_ID ?? 0) % uris.length];
  if (uri === undefined)
    throw new Error('the tests have no MongoDB: local-stack-setup.ts is not among their globalSetup');
  return uri;
}
