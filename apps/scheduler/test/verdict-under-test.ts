import { execFile } from 'node:child_process';
import { FleetIdentity, judge, readFacts, type Verdict } from '@redis-to-mongo/fleet-status';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { builtApp, type FleetUnderTest, until } from '@redis-to-mongo/test-kit';
import { expect } from 'vitest';

/** The verdict on a fleet, read now. */
export async function verdictOn({ queue, db, redis: source, namespace }: FleetUnderTest): Promise<Verdict> {
  const address = addressOfUrl(namespace.redis.url);
  const identity = new FleetIdentity({ queue, db, source, address });
  return judge(await readFacts({ queue, db, source, identity }));
}

/** Waits until the verdict is of this level, or has this reason. */
export async function untilVerdict(fleet: FleetUnderTest, what: string): Promise<Verdict> {
  let verdict = await verdictOn(fleet);
  await until(async () => {
    verdict = await verdictOn(fleet);
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
