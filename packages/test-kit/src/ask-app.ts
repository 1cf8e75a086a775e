import type { AppProcess } from './app-process.js';
import { until } from './until.js';

/** The options of a dashboard that `readyz` can ask. */
export const LOGIN = { DASHBOARD_PASSWORD: 's3cret', DASHBOARD_PORT: '0' };

/** Waits until an app has printed something. */
export async function prints(app: AppProcess, pattern: RegExp, timeout = 120_000): Promise<void> {
  await until(() => {
    if (!pattern.test(app.output())) throw new Error(`not printed: ${pattern}\n${app.output().slice(-3000)}`);
  }, timeout);
}

/** Where an app answers for its health and metrics, once it has started. */
async function addressOf(app: AppProcess): Promise<string> {
  await prints(app, /"http":"http/);
  return /"http":"([^"]+)"/.exec(app.output())?.[1] ?? '';
}

/** What an app says of its readiness: the status and the body of its answer. A dashboard is asked with the login of LOGIN. */
export async function readyz(app: AppProcess): Promise<string> {
  const authorization = `Basic ${Buffer.from(`admin:${LOGIN.DASHBOARD_PASSWORD}`).toString('base64')}`;
  const answer = await fetch(`${await addressOf(app)}/readyz`, { headers: { authorization } });
  return `${answer.status} ${await answer.text()}`;
}

/** What an app counts, once it has started: by names without `r2m_`, with the first label where there are more. */
export async function metricsOf(app: AppProcess): Promise<(name: string) => number | undefined> {
  await prints(app, /(scheduler|worker) started/);
  const text = await (await fetch(`${await addressOf(app)}/metrics`)).text();
  return (name) => {
    const line = text.split('\n').find((each) => each.startsWith(`r2m_${name}`));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
  };
}
