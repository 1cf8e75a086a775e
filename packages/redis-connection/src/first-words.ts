import { connect } from 'node:net';

/** A server that refuses a connection says why at once. */
const WAIT_MS = 1_000;
const MOST = 200;

/**
 * What a server sends before the first command, at most 200 bytes: nothing, unless it refuses the connection.
 * A client that writes at once may lose it, since the server has closed the connection by then.
 */
export async function firstWords(host: string, port: number): Promise<string> {
  return await new Promise((resolve) => {
    let words = '';
    const socket = connect({ host, port });
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(words.slice(0, MOST));
    };
    const timer = setTimeout(end, WAIT_MS).unref();
    socket.on('data', (bytes) => {
      words += bytes.toString('latin1');
      if (words.includes('\r\n') || words.length > MOST) end();
    });
    socket.on('error', end);
    socket.on('close', end);
  });
}
