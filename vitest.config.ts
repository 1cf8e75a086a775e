import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type ProjectConfig, type TestSpecification } from 'vitest/node';

const root = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Tests of packages run the sources. Only the apps, which run as processes, are built.
const sources = readdirSync(root('packages')).map((name) => ({
  find: new RegExp(`^@redis-to-mongo/${name}$`),
  replacement: root(`packages/${name}/src/index.ts`),
}));
sources.push({
  find: /^@redis-to-mongo\/terminal\/table$/,
  replacement: root('packages/terminal/src/table.ts'),
});

const folders = ['packages/*/test', 'apps/*/test', 'scripts/test', 'deploy/test'];
const suffixed = (suffix: string) => folders.map((folder) => `${folder}/**/*${suffix}`);
const stackSetup = './packages/test-kit/src/local-stack-setup.ts';
const serverSetup = { globalSetup: [stackSetup], hookTimeout: 120_000 };
/** Setup for files that start apps as processes. */
const withApps = {
  ...serverSetup,
  globalSetup: [stackSetup, './packages/test-kit/src/built-apps-setup.ts'],
};

/**
 * Tests that both paths of stream entries must pass. They run again with the path that is not the default.
 */
const ordinaryPath = { env: { STREAM_PATH: 'ordinary' } };
const conformance = ['content', 'gaps', 'incarnations', 'once', 'slices', 'unsaved-entries', 'verdicts'];

/**
 * Tests that depend on the server run again on a current one. Files that choose a
 * server by name are not included.
 */
const today = { env: { LOCAL_STACK_REDIS: 'valkey-9' } };
const valuesOfToday = [
  ...['set', 'zset', 'hash', 'list', 'string', 'stream'].map((type) => `redis-source/test/types/${type}`),
  'redis-source/test/*',
].map((name) => `packages/${name}`);
const streamsOfToday = ['gaps', 'incarnations', 'once', 'unsaved-entries'].map(
  (name) => `packages/pipeline/test/line/${name}`,
);

/** The longest files start first, so that the run does not end with waiting for one of them. */
const LONGEST = [
  'alerts',
  'bench',
  'chaos',
  'accessibility',
  'stopping',
  'verdict',
  'ends',
  'demo',
  'scheduling',
  'servers',
  'dropped-collections',
  'tail',
  'causes',
  'machine-output',
  'cut-sends',
  'huge-items',
];

/**
 * A worker process runs files of one project one after another, so the files of a project must be adjacent.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const projects = [...new Set(files.map(({ project }) => project.name))];
    const isE2e = (name: string) => name.startsWith('e2e');
    projects.sort((a, b) => Number(isE2e(b)) - Number(isE2e(a)));
    const place = ({ moduleId, project }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.includes(`/${name}.`));
      return projects.indexOf(project.name) * (LONGEST.length + 1) + (at === -1 ? LONGEST.length : at);
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/**
 * Files share the modules they import: loading them again for each file took longer than most tests. Projects and
 * runs share the transformed modules, in node_modules/.experimental-vitest-cache.
 */
const sharedModules = { isolate: false, experimental: { fsModuleCache: true } };

const cores = availableParallelism();

/**
 * Tests with servers mostly wait: for leases, claims and locks to end, for processes to start. They run in
 * parallel, so that one works while others wait. On two cores, more than six at a time are not faster.
 */
const withServers = { ...sharedModules, sequence: { groupOrder: 1 }, maxWorkers: Math.max(6, cores) };
const integration = { ...serverSetup, ...withServers, testTimeout: 120_000 };
const e2e = { ...withApps, ...withServers, testTimeout: 600_000 };

const project = (name: string, settings: ProjectConfig) => ({
  resolve: { alias: sources },
  test: { ...settings, name },
});

export default defineConfig({
  test: {
    // The default differs between CI and elsewhere.
    allowOnly: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', {
        include: suffixed('.test.ts'),
        exclude: suffixed('.{integration,e2e}.test.ts'),
        testTimeout: 120_000,
        sequence: { groupOrder: 0 },
        maxWorkers: Math.max(2, cores),
        ...sharedModules,
      }),
      project('integration', { ...integration, include: suffixed('.integration.test.ts') }),
      project('integration, ordinary path', {
        ...integration,
        ...ordinaryPath,
        include: conformance.map((name) => `packages/pipeline/test/line/${name}.integration.test.ts`),
      }),
      project('integration, Valkey 9', {
        ...integration,
        ...today,
        include: [...valuesOfToday, ...streamsOfToday].map((path) => `${path}.integration.test.ts`),
        exclude: ['**/hash-field-expiry.*'],
      }),
      project('e2e', { ...e2e, include: suffixed('.e2e.test.ts') }),
      project('e2e, ordinary path', {
        ...e2e,
        ...ordinaryPath,
        include: ['apps/worker/test/crash.e2e.test.ts'],
      }),
    ],
  },
});
