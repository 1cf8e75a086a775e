import { readFile } from 'node:fs/promises';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { membersOf } from '@redis-to-mongo/pipeline';
import type { BenchEnvironment } from './bench-environment.js';

/** The machine, servers and versions of a benchmark. */
export type Machine = Awaited<ReturnType<typeof describeMachine>>;

export async function describeMachine(bench: BenchEnvironment) {
  await using target = await bench.openTarget();
  const all = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    redis: /^redis_version:(\S+)/m.exec(await bench.redis.info('server'))?.[1] ?? 'unknown',
    mongo: target.kind,
    /** Versions of this project and of the libraries that carry the data, by package name. */
    packages: await packageVersions(),
  };
}

async function packageVersions(): Promise<Record<string, string>> {
  const root = new URL('../../../../', import.meta.url);
  const files = {
    'redis-to-mongo': new URL('package.json', root),
    bullmq: new URL('packages/job-queue/node_modules/bullmq/package.json', root),
    ioredis: new URL('packages/redis-source/node_modules/ioredis/package.json', root),
    mongodb: new URL('packages/mongo-sink/node_modules/mongodb/package.json', root),
  };
  const found = await Promise.all(
    Object.entries(files).map(async ([name, file]) => [name, await versionIn(file)] as const),
  );
  return Object.fromEntries(found);
}

async function versionIn(file: URL): Promise<string> {
  return String(membersOf(JSON.parse(await readFile(file, 'utf8'))).version ?? 'unknown');
}
