import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type PrometheusPaths } from '@redis-to-mongo/local-stack';
import { until } from '@redis-to-mongo/test-kit';
import { expect } from 'vitest';
import { parse } from 'yaml';

const RULES = new URL('../../../deploy/prometheus/alerts.yml', import.meta.url);

/** A rule waits for up to 60 s, and on a machine under load the scheduler reads its figures once in 50 s. */
const UNTIL_MS = 240_000;

/** A Prometheus that scrapes every three seconds, with the project's rules, whose `for:` are taken out. */
export interface PrometheusUnderTest {
  /** The alerts that the rules have. */
  readonly alerts: readonly string[];
  /** Those that have fired so far. */
  readonly fired: ReadonlySet<string>;
  /** Waits until an alert fires. */
  untilFiring(alert: string): Promise<void>;
  /** Waits until an alert is quiet. */
  untilResolved(alert: string): Promise<void>;
  close(): Promise<void>;
}

export async function prometheusUnderTest(
  { prometheus }: PrometheusPaths,
  targets: readonly string[],
): Promise<PrometheusUnderTest> {
  const dir = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const rules = await readFile(RULES, 'utf8');
  await writeFile(join(dir, 'alerts.yml'), rules.replace(/^ +for: \S+\n/gm, ''));
  await writeFile(
    join(dir, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '3s', scrape_timeout: '3s', evaluation_interval: '1s' },
      rule_files: ['alerts.yml'],
      scrape_configs: [{ job_name: 'fleet', static_configs: [{ targets }] }],
    }),
  );
  const port = await freePort();
  const child = spawn(
    prometheus,
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const log = logOf(child);
  const fired = new Set<string>();
  const firing = async (): Promise<readonly string[]> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/alerts`);
    const names = firingIn(await answer.json());
    for (const name of names) fired.add(name);
    return names;
  };
  await until(async () => void (await firing().catch(() => expect.fail(`it does not answer: ${log()}`))));
  return {
    alerts: parse(rules).groups.flatMap((group: { rules: { alert: string }[] }) =>
      group.rules.map(({ alert }) => alert),
    ),
    fired,
    untilFiring: (alert) => until(async () => expect(await firing()).toContain(alert), UNTIL_MS),
    untilResolved: (alert) => until(async () => expect(await firing()).not.toContain(alert), UNTIL_MS),
    close: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The names of the alerts that fire, in an answer of Prometheus. */
function firingIn(answer: unknown): readonly string[] {
  const alerts = field(field(answer, 'data'), 'alerts');
  if (!Array.isArray(alerts)) throw new TypeError('Prometheus answers in another form');
  return alerts.flatMap((alert) =>
    field(alert, 'state') === 'firing' ? [String(field(field(alert, 'labels'), 'alertname'))] : [],
  );
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function logOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-2_000);
  });
  return () => text;
}
