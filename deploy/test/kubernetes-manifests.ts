import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

const folder = new URL('../kubernetes/', import.meta.url);

/** A Kubernetes object, as in its file. */
export interface Manifest {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [member: string]: unknown;
}

export interface Kustomization {
  readonly kind: string;
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
  readonly labels?: readonly {
    readonly pairs: Record<string, string>;
    readonly includeTemplates?: boolean;
  }[];
  readonly resources: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly { readonly patch: string; readonly target: { readonly name: string } }[];
}

/** The pods of a Deployment, as far as the tests check them. */
export interface Pods {
  readonly metadata: { readonly annotations: Record<string, string> };
  readonly spec: {
    readonly enableServiceLinks?: boolean;
    readonly terminationGracePeriodSeconds: number;
    readonly containers: readonly Container[];
  };
}

export interface Container {
  readonly command: readonly string[];
  readonly envFrom: readonly {
    readonly configMapRef?: { readonly name: string };
    readonly secretRef?: { readonly name: string };
  }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

/** The kustomization of the folder, or of one below it. `kubectl apply --kustomize` reads it first. */
export function readKustomization(below = ''): Kustomization {
  return parse(readFileSync(new URL(`${below}kustomization.yaml`, folder), 'utf8'));
}

/** The folders of the optional components. */
export function components(): string[] {
  return readdirSync(new URL('components/', folder)).map((name) => `components/${name}/`);
}

/** The files of a folder besides its kustomization. */
export function manifestFiles(below = ''): string[] {
  return readdirSync(new URL(`./${below}`, folder)).filter(
    (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml',
  );
}

/** All objects of all files of a folder. */
export function readManifests(below = ''): Manifest[] {
  return manifestFiles(below).flatMap((file) =>
    parseAllDocuments(readFileSync(new URL(below + file, folder), 'utf8')).map((document) => ({
      ...document.toJS(),
      file,
    })),
  );
}

/** @throws Error if there is no such object. */
export function named(kind: string, name: string): Manifest {
  const found = readManifests().find((each) => each.kind === kind && each.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

export function podsOf(app: string): Pods {
  const { spec } = named('Deployment', app) as Manifest & { spec: { template: Pods } };
  return spec.template;
}
