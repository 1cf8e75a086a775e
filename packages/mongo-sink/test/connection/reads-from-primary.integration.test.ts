import { NO_TLS } from '@redis-to-mongo/pipeline';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';
import { connectMongo } from '../../src/index.js';

it.each(['readPreference=secondary', 'readPreference=secondary&readPreferenceTags=dc:east'])(
  'reads what it has just written, from the primary, though the URI says %s',
  async (parameters) => {
    // Of a replica set of one node, a read from a secondary would find no server.
    const uri = new URL(testMongoUri());
    uri.searchParams.delete('directConnection');
    const mongo = connectMongo(
      { uri: `${uri}${uri.search ? '&' : '?'}${parameters}`, dbName: 'test_reads', tls: NO_TLS },
      'test',
    );
    try {
      const things = mongo.db.collection<{ _id: number }>('things');
      await things.insertOne({ _id: 1 });
      expect(await things.find().toArray()).toEqual([{ _id: 1 }]);
      expect(await things.aggregate([{ $count: 'n' }]).toArray()).toEqual([{ n: 1 }]);
      expect(await mongo.db.command({ count: 'things' })).toMatchObject({ n: 1 });
      await mongo.db.dropDatabase();
    } finally {
      await mongo.close();
    }
  },
);
