import { readFileSync } from 'node:fs';
import { createFleetMetrics, createMetrics } from '@redis-to-mongo/app-shell';
import { REASON_CODES } from '@redis-to-mongo/fleet-status';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly w: number };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const { panels }: { panels: Panel[] } = JSON.parse(read('grafana/dashboard.json'));
const alerts: Alert[] = parse(read('prometheus/alerts.yml')).groups.flatMap(
  ({ rules }: { rules: Alert[] }) => rules,
);
const exported = namesOf();

/** All names of samples that the apps export, histograms by their parts. */
function namesOf(): ReadonlySet<string> {
  const { registry } = createMetrics('scheduler');
  createFleetMetrics(registry);
  return new Set(
    registry
      .getMetricsAsArray()
      .flatMap(({ name, type }) =>
        String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
  );
}

function metricsIn(expr: string): string[] {
  return expr.match(/\b(?:r2m|nodejs|process)_\w+/g) ?? [];
}

describe('deploy/prometheus/alerts.yml', () => {
  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s asks for metrics that are exported, and says how bad it is and what it means',
    (_name, { expr, labels, annotations }) => {
      expect(metricsIn(expr)).not.toEqual([]);
      for (const metric of metricsIn(expr)) expect(exported).toContain(metric);
      expect(labels.severity).toMatch(/^(warning|critical)$/);
      expect(annotations).toEqual({ summary: expect.any(String), description: expect.any(String) });
    },
  );

  it('each reason why the mirror is not complete has an alert of its own, is broken, or may last a quarter of an hour', () => {
    const ownAlert =
      'no-scheduler no-worker workers-paused about-to-lose keys-refused keys-failing entries-lost changes-waiting-long records-refused';
    const mayLast =
      'target-slow clocks-differ options-differ servers-differ workers-retrying searching keys-missing changes-waiting jobs-late entries-behind paused-unread paused-unknown nothing-found';
    const broken = alerts.find(({ alert }) => alert === 'MirrorBroken')?.expr.match(/reason=~"([^"]+)"/)?.[1];
    const sorted = [...ownAlert.split(' '), ...mayLast.split(' '), ...(broken ?? '').split('|')].sort();
    expect(sorted).toEqual([...REASON_CODES].sort());
  });

  it('is explained, alert by alert, in the operations page', () => {
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    for (const { alert } of alerts) expect(page).toContain(`\`${alert}\``);
  });
});

describe('deploy/grafana/dashboard.json', () => {
  const charts = panels.filter(({ type }) => type !== 'row');

  it.each(charts.map((panel) => [panel.title, panel] as const))(
    'asks for metrics that are exported: %s',
    (_title, { targets = [] }) => {
      expect(targets.length).toBeGreaterThan(0);
      for (const { expr } of targets) {
        expect(metricsIn(expr)).not.toEqual([]);
        for (const metric of metricsIn(expr)) expect(exported).toContain(metric);
      }
    },
  );

  it('shows every metric of the project, and lays nothing outside of the page', () => {
    const shown = charts.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => metricsIn(expr)));
    const ours = [...exported].filter((name) => name.startsWith('r2m_') && !/_(sum|count)$/.test(name));
    const missing = ours.filter((name) => !shown.includes(name));
    expect(missing).toEqual([
      'r2m_build_info',
      // Shown indirectly: as records written, as the keys that are behind, and as the time that changes wait.
      // The path of entries is not shown: both paths write the same.
      'r2m_entries_read_total',
      'r2m_stream_reads_total',
      // Used by an alert. The bare number says little.
      'r2m_sweeps_total',
      // Whether entries came by jobs or by tailing is not shown either.
      'r2m_tail_polls_total',
      'r2m_tailed_streams',
      'r2m_lagging_keys',
      'r2m_due_keys',
      // Of keys that do not fail: for the alert. The chart has it of all.
      'r2m_untried_seconds',
    ]);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});
