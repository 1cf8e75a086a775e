import { startTcpProxy } from '@redis-to-mongo/local-stack';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { MongoClient } from 'mongodb';
import { expect, it } from 'vitest';
import { mongoError } from '../../src/errors/mongo-error.js';

it('a command that waits when the driver’s monitor gives a silent server up can be tried again', async () => {
  const uri = new URL(testMongoUri());
  const proxy = await startTcpProxy(Number(uri.port));
  uri.port = String(proxy.port);
  uri.searchParams.set('directConnection', 'true');
  // The monitor gives up long before the command's own connection does.
  const client = new MongoClient(uri.href, {
    ...{ connectTimeoutMS: 500, heartbeatFrequencyMS: 500, socketTimeoutMS: 60_000 },
  });
  try {
    const db = client.db('test_silent_server');
    await db.command({ ping: 1 });
    proxy.set('hang');
    const failed = await db.command({ ping: 1 }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ name: 'PoolClearedOnNetworkError' });
    expect(mongoError(failed)).toMatchObject({ code: 'MONGO_UNAVAILABLE', errorClass: 'transient' });
    proxy.set('pass');
    await db.command({ ping: 1 });
  } finally {
    proxy.set('pass');
    await client.close();
    await proxy.close();
  }
});
