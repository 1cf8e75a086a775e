import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../run/root.mjs';

const ours = '@redis-to-mongo';

/** For each package: what it may import, and what it may not. */
const cases: readonly {
  readonly room: string;
  readonly folder?: string;
  readonly may: readonly string[];
  readonly mayNot: readonly string[];
}[] = [
  {
    room: 'packages/pipeline',
    may: ['node:crypto', './mongodb.js'],
    mayNot: [`${ours}/config`, 'mongodb', 'ioredis', 'bullmq'],
  },
  {
    room: 'packages/key-types',
    may: [`${ours}/pipeline`],
    mayNot: [`${ours}/redis-source`, `${ours}/redis-connection`, 'ioredis', 'mongodb'],
  },
  {
    room: 'packages/redis-connection',
    may: ['ioredis'],
    mayNot: [`${ours}/redis-source`, 'mongodb', 'bullmq'],
  },
  {
    room: 'packages/redis-source',
    may: [`${ours}/pipeline`, `${ours}/redis-connection`, 'ioredis'],
    mayNot: [`${ours}/mongo-sink`, `${ours}/job-queue`, 'mongodb', 'bullmq', '../../mongo-sink/src/index.js'],
  },
  {
    room: 'packages/mongo-sink',
    may: [`${ours}/pipeline`, 'mongodb', 'mongodb/lib/cmap/commands.js', 'mongodb/lib/cmap/connection.js'],
    mayNot: [`${ours}/redis-source`, 'ioredis', 'bullmq'],
  },
  {
    room: 'packages/job-queue',
    may: [`${ours}/pipeline`, 'bullmq'],
    mayNot: [`${ours}/redis-source`, `${ours}/mongo-sink`, 'mongodb', 'ioredis'],
  },
  {
    room: 'packages/config',
    may: [
      ...['convict', 'mongodb-connection-string-url', `${ours}/mongo-sink`],
      ...[`${ours}/pipeline`, `${ours}/redis-connection`],
    ],
    mayNot: [`${ours}/redis-source`, `${ours}/job-queue`, 'mongodb', 'ioredis'],
  },
  { room: 'packages/app-shell', may: [`${ours}/pipeline`, 'winston'], mayNot: [`${ours}/config`, 'ioredis'] },
  {
    room: 'packages/operations',
    may: [`${ours}/job-queue`, `${ours}/mongo-sink`],
    mayNot: [`${ours}/app-shell`, `${ours}/cli`, 'mongodb', 'bullmq', 'ioredis'],
  },
  {
    room: 'packages/fleet-status',
    may: [`${ours}/job-queue`, `${ours}/mongo-sink`, `${ours}/redis-source`],
    mayNot: [`${ours}/config`, `${ours}/app-shell`, `${ours}/operations`, 'mongodb', 'bullmq', 'ioredis'],
  },
  {
    room: 'packages/verify',
    may: [`${ours}/mongo-sink`, `${ours}/operations`, `${ours}/redis-source`],
    mayNot: [`${ours}/job-queue`, `${ours}/cli`, `${ours}/proving-ground`, 'mongodb', 'bullmq', 'ioredis'],
  },
  { room: 'packages/terminal', may: ['picocolors'], mayNot: [`${ours}/pipeline`, 'mongodb', 'ioredis'] },
  { room: 'packages/local-stack', may: ['ioredis', 'mongodb'], mayNot: [`${ours}/pipeline`, 'bullmq'] },
  {
    room: 'packages/proving-ground',
    may: [`${ours}/local-stack`, 'ioredis', 'mongodb'],
    mayNot: ['bullmq', `${ours}/test-kit`],
  },
  {
    room: 'packages/test-kit',
    may: [`${ours}/local-stack`, `${ours}/job-queue`, 'mongodb', 'vitest'],
    mayNot: [
      `${ours}/proving-ground`,
      'bullmq',
      '../../pipeline/src/index.js',
      '../../../apps/cli/test/cli.js',
    ],
  },
  {
    room: 'packages/verify',
    folder: 'test',
    may: [`${ours}/test-kit`, '../src/index.js', './some-facts.js', 'ioredis'],
    mayNot: ['../../local-stack/test/is-alive.js', '../../../apps/scheduler/test/sentinel.js'],
  },
  {
    room: 'apps/worker',
    may: [`${ours}/pipeline`, `${ours}/mongo-sink`, './packages.js'],
    mayNot: [
      `${ours}/scheduler`,
      `${ours}/local-stack`,
      `${ours}/test-kit`,
      'bullmq',
      'ioredis',
      'mongodb/lib/cmap/commands.js',
      '../../../packages/config/src/index.js',
    ],
  },
  { room: 'packages/not-there-yet', may: [], mayNot: [`${ours}/pipeline`, 'mongodb'] },
];

const probes = cases.flatMap(({ room, folder = 'src', may, mayNot }) => [
  ...may.map((name) => ({ place: `${room}/${folder}`, name, allowed: true })),
  ...mayNot.map((name) => ({ place: `${room}/${folder}`, name, allowed: false })),
]);

describe('the import directions', () => {
  let folder: string;
  let report: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'import-directions-'));
    await cp(join(root, 'biome.json'), join(folder, 'biome.json'));
    for (const [index, { place, name }] of probes.entries()) {
      // Half are imports, half are exports: both can reach another package.
      const code = index % 2 === 0 ? `import '${name}';\n` : `export * from '${name}';\n`;
      const path = join(folder, place, `probe-${index}.ts`);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, code);
    }
    report = await biomeLint(folder);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it.each(probes.map((probe, index) => ({ ...probe, index, may: probe.allowed ? 'may' : 'may not' })))(
    '$place $may import $name',
    ({ place, index, allowed }) => {
      expect(report.includes(`${place}/probe-${index}.ts`)).toBe(!allowed);
    },
  );

  it('are tested here for every package', async () => {
    const packages = (await readdir(join(root, 'packages'))).map((name) => `packages/${name}`);
    expect(cases.map(({ room }) => room)).toEqual(expect.arrayContaining(packages));
  });
});

/** The linter's report. The linter exits with 1, because there is something to report. */
async function biomeLint(cwd: string): Promise<string> {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const args = [
    'lint',
    '--only=style/noRestrictedImports',
    '--vcs-enabled=false',
    '--max-diagnostics=none',
    '--reporter=github',
    '.',
  ];
  return await new Promise((resolve, reject) => {
    execFile(process.execPath, [biome, ...args], { cwd }, (error, stdout, stderr) => {
      if (error?.code === 1) resolve(stdout);
      else reject(new Error(`biome did not end with 1: ${stderr}`, { cause: error }));
    });
  });
}
