import { readFileSync } from 'node:fs';
import { createMetrics } from '@redis-to-mongo/app-shell';
import { version } from '@redis-to-mongo/terminal';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { readDockerfile } from './read-dockerfile.mjs';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const own = JSON.parse(read('package.json')).version;

it('apps and metrics, the image, the manifests and the changelog have the version of package.json', async () => {
  expect(own).toMatch(/^\d+\.\d+\.\d+$/);
  expect(version()).toBe(own);
  const metrics = await createMetrics('worker').registry.metrics();
  expect(metrics).toContain(
    `r2m_build_info{version="${own}",node="${process.versions.node}",app="worker"} 1`,
  );
  const labels = readDockerfile(new URL('../../Dockerfile', import.meta.url).pathname)
    .at(-1)
    ?.steps.find(({ keyword }) => keyword === 'LABEL')?.text;
  expect(labels).toContain(`org.opencontainers.image.version="${own}"`);
  for (const path of ['deploy/kubernetes', 'deploy/kubernetes-overlay'])
    expect(parse(read(`${path}/kustomization.yaml`)).images).toMatchObject([
      { name: 'redis-to-mongo', newTag: own },
    ]);
  const [, newest, date] = /^## \[(\d[^\]]*)\] - (\d{4}-\d\d-\d\d)$/m.exec(read('CHANGELOG.md')) ?? [];
  expect([newest, date]).toEqual([own, expect.any(String)]);
  for (const page of ['README.md', 'docs/operations.md'])
    expect(read(page)).toContain(`redis-to-mongo-${own}.tgz`);
});
