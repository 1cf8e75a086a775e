import { execFile } from 'node:child_process';
import { FleetIdentity, judge, readFacts, type Verdict } from '@redis-to-mongo/fleet-status';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { builtApp, type FleetUnderTest, type RedisCluster, until } from '@redis-to-mongo/test-kit';
import { expect } from 'vitest';

/** The source of a fleet, if it is not that of the test file's namespace. */
type Source = Pick<RedisCluster, 'redis' | 'address'>;

/** The verdict on a fleet, read now. */
export async function verdictOn(fleet: FleetUnderTest, from?: Source): Promise<Verdict> {
  const { queue, db, namespace } = fleet;
  const { redis: source, address } = from ?? { ...fleet, address: addressOfUrl(namespace.redis.url) };
  const identity = new FleetIdentity({ queue, db, source, address });
  return judge(await readFacts({ queue, db, source, identity }));
}

/** Waits until the verdict is of this level, or has this reason. */
export async function untilVerdict(fleet: FleetUnderTest, what: string, from?: Source): Promise<Verdict> {
  let verdict = await verdictOn(fleet, from);
  await until(async () => {
    verdict = await verdictOn(fleet, from);
    const all = [verdict.level, ...verdict.reasons.map(({ code }) => code)];
    expect(all, JSON.stringify(verdict)).toContain(what);
  });
  return verdict;
}

/** What the command says of a fleet, and its exit code. */
export async function commandOn(
  fleet: FleetUnderTest,
  ...argv: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH ?? '', ...fleet.env };
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      [builtApp('apps/cli/dist/main.js'), ...argv],
      { env, cwd: '/' },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}
