import { connect } from 'node:net';

/** A server that turns a connection away says why at once. */
const WAIT_MS = 1_000;
const MOST = 200;

/**
 * What a server says to a connection before anything is asked of it, at most 200 bytes: nothing, unless it turns the
 * connection away. Anyone who writes at once may lose it: the server has closed the connection by then.
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
