import { startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { writeCommand } from '../../src/commands/write-command.js';

let way: TcpProxy;
let client: MongoClient;
beforeAll(async () => {
  const uri = new URL(inject('mongoUri'));
  way = await startTcpProxy(Number(uri.port));
  uri.port = String(way.port);
  uri.searchParams.set('directConnection', 'true');
  client = new MongoClient(uri.href, { socketTimeoutMS: 1_000, serverSelectionTimeoutMS: 2_000 });
});
afterAll(async () => {
  way.set('pass');
  await client.close();
  await way.close();
});

it('a command whose connection dies while it is still being sent is given up, and can be tried again', async () => {
  const db = client.db(`test_write_command_${Date.now()}`);
  await db.command({ ping: 1 });
  const documents = [{ _id: 'large', text: 'x'.repeat(12_000_000) }];
  const insert = { insert: 'messages', documents };
  way.set('hang'); // takes what the buffers hold, and no more
  await expect(writeCommand(db, insert, 3_000)).rejects.toMatchObject({ code: 'MONGO_TIMEOUT' });
  way.set('pass');
  expect((await writeCommand(db, insert)).n).toBe(1);
  await db.dropDatabase();
});
