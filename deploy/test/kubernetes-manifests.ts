import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

const folder = new URL('../kubernetes/', import.meta.url);

/** A Kubernetes object as its file gives it. */
export interface Manifest {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [member: string]: unknown;
}

export interface Kustomization {
  readonly images: readonly { readonly name: string; readonly newTag: string }[];
  readonly resources: readonly string[];
}

/** What `kubectl apply --kustomize` reads first. */
export function readKustomization(): Kustomization {
  return parse(readFileSync(new URL('kustomization.yaml', folder), 'utf8'));
}

/** The files of the folder beside it. */
export function manifestFiles(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
}

/** All objects of all files. */
export function readManifests(): Manifest[] {
  return manifestFiles().flatMap((file) =>
    parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => ({
      ...document.toJS(),
      file,
    })),
  );
}
