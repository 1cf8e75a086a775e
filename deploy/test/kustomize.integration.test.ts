import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kustomizePath } from '@redis-to-mongo/local-stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { components, type Manifest, readManifests } from './kubernetes-manifests.js';

const deploy = fileURLToPath(new URL('..', import.meta.url));
const kustomize = await kustomizePath();
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

type Built = Manifest & {
  readonly metadata: { readonly namespace?: string };
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: {
        readonly containers: readonly { readonly image: string; readonly command: readonly string[] }[];
        readonly volumes: readonly {
          readonly name: string;
          readonly configMap?: { readonly name: string };
        }[];
      };
    };
  };
};

describe.skipIf(kustomize === undefined)('kustomize (needs kustomize, kubectl or Go)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'r2m-kustomize-'));
  const overlay = join(folder, 'kubernetes-overlay');
  const build = (path: string): Built[] => {
    const { command = '', args = [] } = kustomize ?? {};
    const text = execFileSync(command, [...args, path], { encoding: 'utf8' });
    return parseAllDocuments(text).map((each) => each.toJS());
  };
  const deployments = (built: readonly Built[]) =>
    new Map(built.filter(({ kind }) => kind === 'Deployment').map((each) => [each.metadata.name, each]));
  /** Changes the copy of the overlay, as its reader would. */
  const change = (how: (kustomization: Record<string, unknown>) => void) => {
    const file = join(overlay, 'kustomization.yaml');
    const kustomization = parse(readFileSync(file, 'utf8'));
    how(kustomization);
    writeFileSync(file, stringify(kustomization));
  };

  beforeAll(() => {
    for (const name of ['kubernetes', 'kubernetes-overlay'])
      cpSync(join(deploy, name), join(folder, name), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('builds the fleet, with labels that the monitor finds its pods by', () => {
    const built = build(join(deploy, 'kubernetes'));
    expect(built.map(({ kind }) => kind).toSorted()).toEqual(
      readManifests()
        .map(({ kind }) => kind)
        .toSorted(),
    );
    for (const { spec } of deployments(built).values())
      expect(spec.template.metadata.labels).toMatchObject({ 'app.kubernetes.io/part-of': 'redis-to-mongo' });
  });

  it('builds the overlay: everything in its namespace, from its image, as many as it says, with its config.json', () => {
    const built = build(overlay);
    for (const { kind, metadata } of built)
      expect(kind === 'Namespace' ? metadata.name : metadata.namespace).toBe('redis-to-mongo');
    const apps = deployments(built);
    expect([...apps].map(([name, { spec }]) => [name, spec.replicas])).toEqual(
      expect.arrayContaining([
        ['scheduler', 2],
        ['worker', 3],
        ['dashboard', 1],
      ]),
    );
    const config = built.find(({ metadata }) => metadata.name.startsWith('redis-to-mongo-config'));
    expect(config).toMatchObject({ kind: 'ConfigMap', data: { 'config.json': expect.any(String) } });
    for (const [name, { spec }] of apps) {
      const { containers, volumes } = spec.template.spec;
      expect(containers).toMatchObject([
        { image: `registry.example/redis-to-mongo:${version}`, command: ['redis-to-mongo', name] },
      ]);
      const mounted = volumes.find((volume) => volume.name === 'config');
      expect(mounted?.configMap?.name).toBe(config?.metadata.name);
    }
  });

  it('takes a CA file and other options along, for every app', () => {
    writeFileSync(join(overlay, 'ca.crt'), 'a certificate');
    change((kustomization) => {
      kustomization.configMapGenerator = [{ name: 'redis-to-mongo-ca', files: ['ca.crt'] }];
      kustomization.patches = [
        {
          target: { kind: 'ConfigMap', name: 'redis-to-mongo-options' },
          patch: '- { op: add, path: /data/REDIS_TLS_CA_FILE, value: /app/ca/ca.crt }',
        },
      ];
    });
    const built = build(overlay);
    const certificates = built.find(({ metadata }) => metadata.name.startsWith('redis-to-mongo-ca'));
    expect(certificates).toMatchObject({ data: { 'ca.crt': 'a certificate' } });
    for (const { spec } of deployments(built).values())
      expect(spec.template.spec.volumes.find(({ name }) => name === 'ca')?.configMap?.name).toBe(
        certificates?.metadata.name,
      );
    expect(built.find(({ metadata }) => metadata.name === 'redis-to-mongo-options')).toMatchObject({
      data: { REDIS_TLS_CA_FILE: '/app/ca/ca.crt', HTTP_HOST: '0.0.0.0' },
    });
  });

  it('adds the components where they are named, each alone and all together', () => {
    const paths = components().map((below) => `../kubernetes/${below}`);
    const kindsWith = (named: readonly string[]) => {
      change((kustomization) => {
        kustomization.components = named;
        kustomization.replicas = [{ name: 'scheduler', count: 2 }];
      });
      return build(overlay);
    };
    const without = kindsWith([]).map(({ kind }) => kind);
    expect(without).not.toContain('ScaledObject');
    expect(without).not.toContain('PodMonitor');
    for (const path of paths) expect(kindsWith([path])).toHaveLength(without.length + 1);
    const all = kindsWith(paths);
    expect(all.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ScaledObject', 'PodMonitor']));
    expect(deployments(all).get('worker')?.spec).not.toHaveProperty('replicas');
  });
});
