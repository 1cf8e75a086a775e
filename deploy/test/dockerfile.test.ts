import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '@redis-to-mongo/config';
import { describe, expect, it } from 'vitest';
import { packedFiles } from '../../scripts/pack/pack.mjs';
import { contextFiles } from './context-files.mjs';
import { imageEnvironment } from './pod-environment.js';
import { readDockerfile } from './read-dockerfile.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stages = readDockerfile(`${root}Dockerfile`);
const image = stages.at(-1);
const textsOf = (keyword: string) =>
  image?.steps.filter((step) => step.keyword === keyword).map(({ text }) => text) ?? [];
const environment = imageEnvironment();

describe('Dockerfile', () => {
  it('builds and runs on Node 24', () => {
    expect(stages.map(({ from }) => from)).toEqual(['node:24-slim', 'node:24-slim']);
  });

  it('copies from the checkout only what is there and gets into the build', () => {
    const files = contextFiles(root);
    for (const { flags, args } of stages.flatMap(({ steps }) =>
      steps.filter(({ keyword }) => keyword === 'COPY'),
    )) {
      if (flags.from !== undefined) continue;
      for (const path of args.slice(0, -1))
        expect(
          files.some((file) => file === path || file.startsWith(`${path}/`)),
          path,
        ).toBe(true);
    }
  });

  it('has all that is packed', () => {
    const copied = stages
      .flatMap(({ steps }) => steps)
      .filter(({ keyword, flags }) => keyword === 'COPY' && flags.from === undefined)
      .flatMap(({ args }) => args.slice(0, -1));
    for (const path of packedFiles)
      expect(
        copied.some((each) => path === each || path.startsWith(`${each}/`)),
        path,
      ).toBe(true);
  });

  it('lets no test, secret or built file into the build', () => {
    const spare = /(^|\/)(node_modules|dist|test|\.git|\.env[^/]*|config\.json)(\/|$)/;
    expect(contextFiles(root).filter((file) => spare.test(file))).toEqual([]);
  });

  it('runs as a user that is not root', () => {
    expect(textsOf('USER')).toEqual(['1000:1000']);
  });

  it('runs the command itself, without a shell, so that it gets the signals', () => {
    expect(textsOf('CMD').map((text) => JSON.parse(text))).toEqual([['redis-to-mongo', 'worker']]);
    expect(textsOf('ENTRYPOINT')).toEqual([]);
  });

  it('sets only options that there are', () => {
    const names: string[] = loadConfig({ env: {}, cwd: '/' }).options.map(({ option }) => option);
    expect(Object.keys(environment).filter((name) => !names.includes(name))).toEqual(['NODE_ENV']);
  });

  it('asks for health on the port that every app listens on', () => {
    const { http, dashboard } = loadConfig({ env: environment, cwd: '/' });
    const ports = new Set([http.schedulerPort, http.workerPort, dashboard.port]);
    expect([...ports, http.dashboardPort].map(String)).toEqual(textsOf('EXPOSE').join(' ').split(' '));
    expect(textsOf('HEALTHCHECK').join()).toContain(`/dev/tcp/127.0.0.1/${http.workerPort} `);
  });

  it('asks no registry for more than its base image: it names no syntax of its own', () => {
    expect(readFileSync(`${root}Dockerfile`, 'utf8')).not.toMatch(/^#\s*syntax\s*=/m);
  });

  it('takes the pnpm that package.json names', () => {
    const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    expect(manifest.packageManager).toMatch(/^pnpm@\d+\.\d+\.\d+$/);
    expect(
      stages[0]?.steps.some(({ text }) => text.includes("require('./package.json').packageManager")),
    ).toBe(true);
  });
});
