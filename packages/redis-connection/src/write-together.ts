import { Cluster, type Redis } from 'ioredis';

/**
 * Sends all writes to this connection within one turn of the event loop with one system call. The call, not
 * its content, is most of a command's cost. This is for connections with many small concurrent commands; a
 * single command is sent at the end of the turn, some microseconds later. On a cluster, this applies to each
 * node.
 */
export function writeTogether(redis: Redis): Redis {
  const client: unknown = redis;
  if (client instanceof Cluster) {
    client.on('+node', (node: Redis) => void writeTogether(node));
    return redis;
  }
  redis.on('connect', () => {
    const { stream } = redis;
    const write = stream.write.bind(stream);
    stream.write = new Proxy(write, {
      apply: (target, self, args) => {
        if (stream.writableCorked === 0) {
          stream.cork();
          setImmediate(() => stream.uncork());
        }
        return Reflect.apply(target, self, args);
      },
    });
  });
  return redis;
}
