import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { membersOf } from '@redis-to-mongo/pipeline';
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
  serve(socket);
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

function serve(socket: Socket): void {
  let waiting: Buffer[] = [];
  let length = 0;
  socket.on('data', (chunk) => {
    waiting.push(chunk);
    length += chunk.length;
    let first = waiting[0];
    // Chunks are joined only once a message is complete.
    while (first && length >= 4 && length >= sizeIn(waiting)) {
      const all = waiting.length === 1 ? first : Buffer.concat(waiting);
      const size = all.readInt32LE(0);
      const command = parseCommand(all.subarray(0, size));
      socket.write(replyTo(command, store.answer(command)));
      length -= size;
      waiting = length > 0 ? [all.subarray(size)] : [];
      first = waiting[0];
    }
  });
}

function sizeIn(chunks: readonly Buffer[]): number {
  const [first] = chunks;
  if (first && first.length >= 4) return first.readInt32LE(0);
  return Buffer.concat(chunks).readInt32LE(0);
}
