import type { AppProcess } from './app-process.js';
import { until } from './until.js';

/** Options of a dashboard, so that `readyz` can log in to it. */
export const LOGIN = { DASHBOARD_PASSWORD: 's3cret', DASHBOARD_PORT: '0' };

/** Waits until an app's output matches the pattern. */
export async function prints(app: AppProcess, pattern: RegExp, timeout = 120_000): Promise<void> {
  await until(() => {
    if (!pattern.test(app.output())) throw new Error(`not printed: ${pattern}\n${app.output().slice(-3000)}`);
  }, timeout);
}

/** The address of an app's health and metrics, once it has started. */
async function addressOf(app: AppProcess): Promise<string> {
  await prints(app, /"http":"http/);
  return /"http":"([^"]+)"/.exec(app.output())?.[1] ?? '';
}

/** The status and body of an app's answer on /readyz. Logs in to a dashboard with LOGIN. */
export async function readyz(app: AppProcess): Promise<string> {
  const authorization = `Basic ${Buffer.from(`admin:${LOGIN.DASHBOARD_PASSWORD}`).toString('base64')}`;
  const answer = await fetch(`${await addressOf(app)}/readyz`, { headers: { authorization } });
  return `${answer.status} ${await answer.text()}`;
}

/**
 * An app's metrics, once it has started, by name without `r2m_`. Of several series with
 * different labels, the first one.
 */
export async function metricsOf(app: AppProcess): Promise<(name: string) => number | undefined> {
  await prints(app, /(scheduler|worker) started/);
  const text = await (await fetch(`${await addressOf(app)}/metrics`)).text();
  return (name) => {
    const line = text.split('\n').find((each) => each.startsWith(`r2m_${name}`));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
  };
}
