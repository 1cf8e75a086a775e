import { inject } from 'vitest';

/** The MongoDB of the tests of this process: files that run beside each other have different ones, since one may use a single core only. */
export function testMongoUri(): string {
  const uris = inject('mongoUris');
  const uri = uris[Number(process.env.VITEST_POOL_ID ?? 0) % uris.length];
  if (uri === undefined)
    throw new Error('the tests have no MongoDB: local-stack-setup.ts is not among their globalSetup');
  return uri;
}
