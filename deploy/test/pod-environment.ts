import { type Manifest, named, type Pods } from './kubernetes-manifests.js';
import { readDockerfile } from './read-dockerfile.mjs';

export interface ServicePorts {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly ports: readonly { readonly name?: string; readonly port: number }[] };
}

/** The variables that the image sets. */
export function imageEnvironment(): Record<string, string> {
  const image = readDockerfile(new URL('../../Dockerfile', import.meta.url).pathname).at(-1);
  const texts = image?.steps.filter(({ keyword }) => keyword === 'ENV').map(({ text }) => text) ?? [];
  return Object.fromEntries(
    texts.flatMap((text) =>
      text.split(' ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
  );
}

/**
 * The environment of a container of these pods: the image's variables, overridden by those of the namespace's
 * services, overridden by those of the ConfigMap and the Secrets that it names.
 * Source: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
export function podEnvironment(
  pods: Pods,
  services: readonly ServicePorts[],
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Record<string, string> {
  const given = pods.spec.containers.flatMap(({ envFrom }) =>
    envFrom.map(({ configMapRef, secretRef }) => {
      const values = configMapRef ? dataOf(configMapRef.name) : secrets[secretRef?.name ?? ''];
      if (!values) throw new Error(`there is no Secret ${secretRef?.name}`);
      return values;
    }),
  );
  // Kubernetes always adds the API server's own service.
  const linked = [API_SERVER, ...(pods.spec.enableServiceLinks === false ? [] : services)];
  return {
    ...imageEnvironment(),
    ...Object.assign({}, ...linked.map(linksTo)),
    ...Object.assign({}, ...given),
  };
}

function dataOf(configMap: string): Record<string, string> {
  return (named('ConfigMap', configMap) as Manifest & { data: Record<string, string> }).data;
}

const API_SERVER: ServicePorts = {
  metadata: { name: 'kubernetes' },
  spec: { ports: [{ name: 'https', port: 443 }] },
};

function linksTo({ metadata, spec }: ServicePorts): Record<string, string> {
  const name = metadata.name.toUpperCase().replaceAll('-', '_');
  const [first] = spec.ports;
  const address = '10.96.0.7';
  const variables = {
    [`${name}_SERVICE_HOST`]: address,
    [`${name}_SERVICE_PORT`]: String(first?.port),
    [`${name}_PORT`]: `tcp://${address}:${first?.port}`,
  };
  for (const { name: portName, port } of spec.ports) {
    if (portName !== undefined)
      variables[`${name}_SERVICE_PORT_${portName.toUpperCase().replaceAll('-', '_')}`] = String(port);
    const link = `${name}_PORT_${port}_TCP`;
    variables[link] = `tcp://${address}:${port}`;
    Object.assign(variables, {
      [`${link}_PROTO`]: 'tcp',
      [`${link}_PORT`]: String(port),
      [`${link}_ADDR`]: address,
    });
  }
  return variables;
}
