import { existsSync, readFileSync } from 'node:fs';
import { createFleetMetrics, createMetrics } from '@redis-to-mongo/app-shell';
import { loadConfig, requireDashboardPassword } from '@redis-to-mongo/config';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { type Manifest, manifestFiles, readKustomization, readManifests } from './kubernetes-manifests.js';

const manifests = readManifests();
const { kinds, definitions } = JSON.parse(
  readFileSync(new URL('kubernetes-schemas/schemas.json', import.meta.url), 'utf8'),
);
const APPS = ['dashboard', 'scheduler', 'worker'];
const SECRETS = {
  REDIS_URL: 'rediss://source.test:6379',
  QUEUE_REDIS_URL: 'redis://queue.test:6379',
  MONGO_URI: 'mongodb://target.test:27017',
  DASHBOARD_PASSWORD: 'a password for this test',
};

const named = (kind: string, name: string): Manifest => {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
};

function problems({ file: _, ...manifest }: Manifest): unknown[] {
  const name: unknown = kinds[`${manifest.apiVersion} ${manifest.kind}`];
  expect(name, `${manifest.apiVersion} ${manifest.kind} has no schema here`).toBeTypeOf('string');
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, validateSchema: false });
  ajv.validate({ $ref: `#/definitions/${name}`, definitions }, manifest);
  return (ajv.errors ?? []).map(({ instancePath, message, params }) => ({ instancePath, message, params }));
}

describe('deploy/kubernetes', () => {
  it.each(manifests.map((manifest) => [manifest.kind, manifest.metadata.name, manifest] as const))(
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

  it('lists every file in the kustomization, and gives the image the version of the project', () => {
    const { resources, images } = readKustomization();
    expect(resources.toSorted()).toEqual(manifestFiles().toSorted());
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(images).toEqual([{ name: 'redis-to-mongo', newTag: version }]);
  });

  it.each(APPS)('starts the %s from the image by its main.js, with few rights, probes and bounds', (name) => {
    expect(existsSync(new URL(`../../apps/${name}/src/main.ts`, import.meta.url))).toBe(true);
    expect(named('Deployment', name)).toMatchObject({
      spec: {
        selector: { matchLabels: { 'app.kubernetes.io/name': name } },
        template: {
          metadata: { labels: { 'app.kubernetes.io/name': name } },
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, runAsUser: 1000 },
            containers: [
              {
                image: 'redis-to-mongo',
                command: ['node', `apps/${name}/dist/main.js`],
                ports: [{ name: 'http', containerPort: 8080 }],
                startupProbe: { httpGet: { path: '/healthz', port: 'http' } },
                livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
                readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
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

  it('gives the apps options that there are, without a problem, a warning or a secret', () => {
    const { data } = named('ConfigMap', 'redis-to-mongo-options') as Manifest & {
      data: Record<string, string>;
    };
    const image = { SCHEDULER_HTTP_PORT: '8080', WORKER_HTTP_PORT: '8080', DASHBOARD_PORT: '8080' };
    const config = loadConfig({ env: { ...image, ...data, ...SECRETS }, cwd: '/' });
    expect(config.warnings).toEqual([]);
    requireDashboardPassword(config);
    expect(config.http.host).toBe('0.0.0.0');
    const names = loadConfig({ env: {}, cwd: '/' }).options.map(({ option }) => String(option));
    expect(names).toEqual(expect.arrayContaining([...Object.keys(data), ...Object.keys(SECRETS)]));
    for (const name of Object.keys(SECRETS)) expect(data).not.toHaveProperty(name);
  });

  it('gives the worker longer to stop than it takes itself', () => {
    const { spec } = named('Deployment', 'worker') as Manifest & {
      spec: { template: { spec: { terminationGracePeriodSeconds: number } } };
    };
    const { worker } = loadConfig({ env: {}, cwd: '/' });
    expect(spec.template.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(worker.shutdownTimeoutMs);
  });

  it('scales the worker, whose number nothing else sets, by a metric that the fleet exports', async () => {
    const { spec } = named('ScaledObject', 'worker') as Manifest & {
      spec: { scaleTargetRef: { name: string }; triggers: { metadata: { query: string } }[] };
    };
    const worker = named('Deployment', spec.scaleTargetRef.name);
    expect(worker.spec).not.toHaveProperty('replicas');
    const { registry } = createMetrics('scheduler');
    createFleetMetrics(registry);
    const exported = registry.getMetricsAsArray();
    for (const { metadata } of spec.triggers) {
      const [metric] = /r2m_\w+/.exec(metadata.query) ?? [];
      expect(exported.map(({ name }) => name)).toContain(metric);
    }
  });
});
