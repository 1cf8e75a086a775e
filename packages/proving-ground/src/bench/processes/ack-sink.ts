import { once } from 'node:events';
import { createServer } from 'node:net';
import { membersOf } from '@redis-to-mongo/pipeline';
import { messageSplitter } from '../../program/mongo-wire.js';
import { AckStore } from '../ack-sink/ack-store.js';
import { parseCommand, replyTo } from '../ack-sink/command.js';
import { openParent } from './parent.js';

/**
 * A server that speaks the part of MongoDB's protocol that a fleet needs. It acknowledges every write
 * immediately and stores no messages, so a measurement with it shows our own cost.
 */
const store = new AckStore();
const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on(
    'data',
    messageSplitter((message) => {
      const command = parseCommand(message);
      socket.write(replyTo(command, store.answer(command)));
    }),
  );
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const parent = openParent();
parent.send({ port: membersOf(address).port });
for (;;) {
  await parent.nextMessage();
  parent.send({ inserted: store.inserted });
}
