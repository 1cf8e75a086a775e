import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../src/index.js';

function load(env: Record<string, string>) {
  return loadConfig({ env, cwd: '/' });
}

function problemsOf(env: Record<string, string>): string {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('a cluster', () => {
  it('is named by some of its nodes, and is the queue’s too where nothing else is said', () => {
    const config = load({ REDIS_CLUSTER_NODES: 'a:7001,b,[::1]:7003', REDIS_PASSWORD: 'p' });
    const clusterNodes = [
      { host: 'a', port: 7001 },
      { host: 'b', port: 6379 },
      { host: '::1', port: 7003 },
    ];
    expect(config.redis).toMatchObject({ clusterNodes, password: 'p' });
    expect(config.queue.redis).toMatchObject({ clusterNodes, password: 'p' });
  });

  it('of the source is not the queue’s when the queue has an address of its own', () => {
    const config = load({ REDIS_CLUSTER_NODES: 'a:7001', REDIS_PASSWORD: 'p', QUEUE_REDIS_URL: 'redis://q' });
    expect(config.queue.redis.clusterNodes).toBeUndefined();
    expect(config.queue.redis.password).toBeUndefined();
  });

  it('of the queue takes nothing from the source', () => {
    const config = load({ REDIS_PASSWORD: 'p', QUEUE_REDIS_CLUSTER_NODES: 'q:1' });
    expect(config.redis.clusterNodes).toBeUndefined();
    expect(config.queue.redis).toMatchObject({ clusterNodes: [{ host: 'q', port: 1 }] });
    expect(config.queue.redis.password).toBeUndefined();
  });

  it('does not go with Sentinels, another database, or what is not a host and a port', () => {
    const message = problemsOf({
      REDIS_CLUSTER_NODES: 'a:b:c',
      REDIS_SENTINELS: 's:1',
      REDIS_DB: '3',
    });
    expect(message).toMatch(/REDIS_CLUSTER_NODES.*stands beside REDIS_SENTINELS/);
    expect(message).toMatch(/REDIS_CLUSTER_NODES.*not a host:port/);
    expect(message).toMatch(/REDIS_DB.*not 0/);
  });
});

describe('Sentinels', () => {
  it('come with the name of the master and a password of their own', () => {
    const config = load({
      REDIS_SENTINELS: 'a,b:5',
      REDIS_SENTINEL_NAME: 'main',
      REDIS_SENTINEL_PASSWORD: 'sp',
      REDIS_PASSWORD: 'p',
      REDIS_DB: '2',
    });
    const sentinel = {
      nodes: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 5 },
      ],
      name: 'main',
      password: 'sp',
    };
    expect(config.redis).toMatchObject({ sentinel, password: 'p', db: 2 });
    expect(config.queue.redis).toMatchObject({ sentinel, password: 'p', db: 2 });
  });
});
