import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pythonVenv } from '@redis-to-mongo/local-stack';

/** A server that answers as a Redis 8 with modules does; not a real one, where no real one is to be had. */
export interface FakeRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** Installs the server when it is missing (PyPI's fakeredis[json], into the user's cache), and starts it on a free port. */
export async function startFakeRedis(): Promise<FakeRedis> {
  const { python } = await pythonVenv('fakeredis[json]==2.40.0', (line) => console.log(line));
  const script = fileURLToPath(new URL('fake-redis-server.py', import.meta.url));
  const server = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const lines = createInterface({ input: server.stdout });
  const [port] = await Promise.race([
    once(lines, 'line'),
    ended.then(([code]) => {
      throw new Error(`the fake Redis ended with ${code} before it told its port`);
    }),
  ]);
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      server.stdin.end();
      await ended;
    },
  };
}
