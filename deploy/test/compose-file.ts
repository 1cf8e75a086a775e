import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly stop_grace_period: string;
  readonly [more: string]: unknown;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const path = new URL('../../docker-compose.yml', import.meta.url);

/**
 * The compose file with its anchors merged. compose.test.ts checks its form by the specification's schema.
 */
export function readCompose(): ComposeFile {
  return parse(readFileSync(path, 'utf8'), { merge: true });
}

/** A service's environment as compose passes it on; `given` is the environment of `docker compose`. */
export function environmentOf(
  service: Service,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(service.environment ?? {}).map(([name, value]) => [
      name,
      interpolate(String(value), given),
    ]),
  );
}

/** `${NAME:-default}`, `${NAME:?message}`, and `$$` for a dollar, as in the compose specification. */
export function interpolate(text: string, given: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$\$|\$\{(\w+):([-?])([^}]*)\}/g,
    (whole, name: string, sign: string, rest: string) => {
      if (whole === '$$') return '$';
      const value = given[name];
      if (value) return value;
      if (sign === '?') throw new Error(`required variable ${name} is missing a value: ${rest}`);
      return rest;
    },
  );
}
