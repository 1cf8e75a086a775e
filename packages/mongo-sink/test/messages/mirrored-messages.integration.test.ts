import { testMongoUri } from '@redis-to-mongo/test-kit';
import { MongoClient } from 'mongodb';
import { expect, it } from 'vitest';
import { messagesOfStreams } from '../../src/messages/mirrored-messages.js';

it('asks for no messages of no streams: MongoDB refuses an empty $or, unlike its stand-in', async () => {
  await using client = new MongoClient(testMongoUri(), { monitorCommands: true });
  const commands: string[] = [];
  client.on('commandStarted', ({ commandName }) => void commands.push(commandName));
  for await (const message of messagesOfStreams(client.db('test_nothing'), [], ['stream_messages']))
    expect(message).toBeUndefined();
  expect(commands).not.toContain('find');
});
