import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Commands in one pipeline, and pipelines under way at once. */
const PIPELINED = 200;
const UNDER_WAY = 8;
const LINE_FEED = 0x0a;

/** Writes `XADD` commands as fast as Redis takes them: ready-made bytes over a socket of its own, replies counted only. */
export class RawWriter {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(port: number): Promise<RawWriter> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawWriter(socket);
  }

  /**
   * Adds this many entries, to this many keys in turn. Resolves when all are answered.
   * @throws Error when the connection ends.
   */
  async write(entries: number, keys: number): Promise<void> {
    const socket = this.#socket;
    await new Promise<void>((resolve, reject) => {
      let sent = 0;
      let lines = 0;
      const send = () => {
        // The answer to XADD is a bulk string: two lines.
        while (sent < entries && sent - lines / 2 < PIPELINED * UNDER_WAY) {
          const count = Math.min(PIPELINED, entries - sent);
          socket.write(commands(sent, count, keys));
          sent += count;
        }
      };
      const onData = (chunk: Buffer) => {
        for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) lines++;
        if (lines < 2 * entries) return send();
        socket.off('data', onData).off('close', onClose);
        resolve();
      };
      const onClose = () => reject(new Error('Redis has closed the connection'));
      socket.on('data', onData).once('close', onClose);
      send();
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

function commands(from: number, count: number, keys: number): string {
  let text = '';
  for (let n = from; n < from + count; n++) {
    const key = `feed-${n % keys}`;
    text += `*5\r\n$4\r\nXADD\r\n$${key.length}\r\n${key}\r\n$1\r\n*\r\n$1\r\nn\r\n$1\r\n1\r\n`;
  }
  return text;
}
