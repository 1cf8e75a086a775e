import { existsSync, readFileSync } from 'node:fs';
import { createFleetMetrics, createMetrics } from '@redis-to-mongo/app-shell';
import { loadConfig, requireDashboardPassword } from '@redis-to-mongo/config';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  components,
  type Manifest,
  manifestFiles,
  named,
  podsOf,
  readKustomization,
  readManifests,
} from './kubernetes-manifests.js';
import { podEnvironment, type ServicePorts } from './pod-environment.js';

const base = readManifests();
const manifests = [...base, ...components().flatMap((folder) => readManifests(folder))];
/** Its schema is not kept here: it is larger than all the others, and what is used of it is listed below. */
const withSchema = manifests.filter(({ kind }) => kind !== 'PodMonitor');
const { kinds, definitions } = JSON.parse(
  readFileSync(new URL('kubernetes-schemas/schemas.json', import.meta.url), 'utf8'),
);
const APPS = ['dashboard', 'scheduler', 'worker'];
/** Services that may be in the namespace: the fleet's own, and ones with likely names of others. */
const SERVICES: readonly ServicePorts[] = [
  named('Service', 'dashboard') as Manifest & ServicePorts,
  ...['redis', 'queue-redis', 'mongo', 'worker-http', 'redis-tls'].map((name) => ({
    metadata: { name },
    spec: { ports: [{ name: 'tcp-port', port: 6379 }] },
  })),
];
const SECRETS = {
  'redis-to-mongo-servers': {
    REDIS_URL: 'rediss://source.test:6379',
    QUEUE_REDIS_URL: 'redis://queue.test:6379',
    MONGO_URI: 'mongodb://target.test:27017',
  },
  'redis-to-mongo-dashboard': { DASHBOARD_PASSWORD: 'a password for this test' },
};

function problems({ file: _, ...manifest }: Manifest): unknown[] {
  const name: unknown = kinds[`${manifest.apiVersion} ${manifest.kind}`];
  expect(name, `${manifest.apiVersion} ${manifest.kind} has no schema here`).toBeTypeOf('string');
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, validateSchema: false });
  ajv.validate({ $ref: `#/definitions/${name}`, definitions }, manifest);
  return (ajv.errors ?? []).map(({ instancePath, message, params }) => ({ instancePath, message, params }));
}

describe('deploy/kubernetes', () => {
  it.each(withSchema.map((manifest) => [manifest.kind, manifest.metadata.name, manifest] as const))(
    'has a %s %s of the form that its published schema asks for',
    (_kind, _name, manifest) => {
      expect(problems(manifest)).toEqual([]);
    },
  );

  it('is held against schemas that know what does not belong there', () => {
    const worker = structuredClone(named('Deployment', 'worker'));
    Object.assign(worker.spec ?? {}, { replica: 3 });
    expect(problems(worker)).toMatchObject([{ params: { additionalProperty: 'replica' } }]);
  });

  it('lists every file in its kustomization, and gives the image the version of the project', () => {
    const { resources, images } = readKustomization();
    expect(resources.toSorted()).toEqual(manifestFiles().toSorted());
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(images).toEqual([{ name: 'redis-to-mongo', newTag: version }]);
  });

  it('needs nothing that a cluster does not have from the start; what does is a component, and off', () => {
    const own = (manifest: Manifest) => /^(v1|(apps|policy)\/v1)$/.test(manifest.apiVersion);
    expect(base.filter((manifest) => !own(manifest))).toEqual([]);
    expect(readKustomization().components).toBeUndefined();
    expect(components()).toEqual(['components/autoscaler/', 'components/pod-monitor/']);
    for (const folder of components()) {
      const { kind, resources } = readKustomization(folder);
      expect([kind, resources]).toEqual(['Component', manifestFiles(folder)]);
      expect(readManifests(folder).filter(own)).toEqual([]);
    }
  });

  it.each(APPS)('starts the %s from the image by its command, with few rights, probes and bounds', (name) => {
    expect(existsSync(new URL(`../../apps/${name}/src/main.ts`, import.meta.url))).toBe(true);
    expect(named('Deployment', name)).toMatchObject({
      spec: {
        selector: { matchLabels: { 'app.kubernetes.io/name': name } },
        template: {
          metadata: { labels: { 'app.kubernetes.io/name': name } },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: { runAsNonRoot: true, runAsUser: 1000 },
            containers: [
              {
                image: 'redis-to-mongo',
                command: ['redis-to-mongo', name],
                startupProbe: { httpGet: { path: '/healthz' } },
                livenessProbe: { httpGet: { path: '/healthz' } },
                readinessProbe: { httpGet: { path: '/readyz' } },
                resources: {
                  requests: { cpu: expect.any(String), memory: expect.any(String) },
                  limits: { memory: expect.any(String) },
                },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ['ALL'] },
                },
              },
            ],
          },
        },
      },
    });
  });

  it.each(APPS)(
    'gives the %s a configuration without a problem, a warning or a secret, whatever services there are',
    (name) => {
      const env = podEnvironment(podsOf(name), SERVICES, SECRETS);
      const config = loadConfig({ env, cwd: '/' });
      expect(config.warnings).toEqual([]);
      // Only the dashboard gets its login.
      if (name === 'dashboard') requireDashboardPassword(config);
      else expect(Object.keys(env).filter((each) => each.startsWith('DASHBOARD_PASSWORD'))).toEqual([]);
      expect([config.http.host, config.dashboard.host, config.dashboard.port]).toEqual([
        '0.0.0.0',
        '0.0.0.0',
        8080,
      ]);
      const { data } = named('ConfigMap', 'redis-to-mongo-options') as Manifest & {
        data: Record<string, string>;
      };
      const names = loadConfig({ env: {}, cwd: '/' }).options.map(({ option }) => String(option));
      const secrets = Object.values(SECRETS).flatMap((each) => Object.keys(each));
      expect(names).toEqual(expect.arrayContaining([...Object.keys(data), ...secrets]));
      for (const secret of secrets) expect(data).not.toHaveProperty(secret);
    },
  );

  it('gets what Kubernetes sets for services unless that is switched off', () => {
    const pods = podsOf('dashboard');
    const linked = { ...pods, spec: { ...pods.spec, enableServiceLinks: true } };
    const load = () => loadConfig({ env: podEnvironment(linked, SERVICES, SECRETS), cwd: '/' });
    expect(load).toThrow(/DASHBOARD_PORT.*enableServiceLinks/);
    expect(load).toThrow(/REDIS_PORT.*enableServiceLinks/);
  });

  it.each(APPS)('lets the %s be scraped at a port that it has, where nothing needs a login', (name) => {
    const { metadata, spec } = podsOf(name);
    const health = spec.containers[0]?.ports.find((port) => port.name === 'health');
    expect(metadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(health?.containerPort),
      'prometheus.io/path': '/metrics',
    });
    const pairs = readKustomization().labels?.[0];
    expect(pairs?.includeTemplates).toBe(true);
    expect(readManifests('components/pod-monitor/')).toMatchObject([
      {
        kind: 'PodMonitor',
        spec: {
          selector: { matchLabels: pairs?.pairs },
          podMetricsEndpoints: [{ port: health?.name, path: '/metrics', interval: expect.any(String) }],
        },
      },
    ]);
  });

  it('gives the worker longer to stop than it takes itself', () => {
    const { spec } = podsOf('worker');
    const { worker } = loadConfig({ env: {}, cwd: '/' });
    expect(spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(worker.shutdownTimeoutMs);
  });

  it('has a component that scales the worker, whose number nothing else sets then, by a metric that the fleet exports', async () => {
    const [scaled] = readManifests('components/autoscaler/');
    const { spec } = scaled as Manifest & {
      spec: { scaleTargetRef: { name: string }; triggers: { metadata: { query: string } }[] };
    };
    const worker = named('Deployment', spec.scaleTargetRef.name);
    expect(worker.spec).toMatchObject({ replicas: 2 });
    const [patch] = readKustomization('components/autoscaler/').patches ?? [];
    expect(patch).toMatchObject({ target: { kind: 'Deployment', name: worker.metadata.name } });
    expect(parse(patch?.patch ?? '')).toEqual([{ op: 'remove', path: '/spec/replicas' }]);
    const { registry } = createMetrics('scheduler');
    createFleetMetrics(registry);
    const exported = registry.getMetricsAsArray();
    for (const { metadata } of spec.triggers) {
      const [metric] = /r2m_\w+/.exec(metadata.query) ?? [];
      expect(exported.map(({ name }) => name)).toContain(metric);
    }
  });
});
