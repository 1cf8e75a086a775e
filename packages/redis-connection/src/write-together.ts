import { Cluster, type Redis } from 'ioredis';

/**
 * From now on, what is written to this connection within one turn of the event loop is sent by one system call. That
 * call, not what is in it, is most of what a command costs here. For connections with many small commands at once; a
 * command alone is sent at the end of the turn, some microseconds later. On a cluster this holds for each node.
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
