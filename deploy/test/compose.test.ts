import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig, requireDashboardPassword } from '@redis-to-mongo/config';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { environmentOf, interpolate, readCompose } from './compose-file.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND = join(root, 'apps/cli/bin/redis-to-mongo.mjs');
const compose = readCompose();
const services = Object.entries(compose.services);
const CHECK = 'dashboard-password';
const apps = services.filter(([name, service]) => service.build !== undefined && name !== CHECK);
const given = { DASHBOARD_PASSWORD: 'a password for this test' };

describe('docker-compose.yml', () => {
  it('is of the form that the compose specification asks for', () => {
    const schema = JSON.parse(readFileSync(new URL('compose-spec/schema.json', import.meta.url), 'utf8'));
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, validateSchema: false });
    ajv.validate(schema, compose);
    expect(ajv.errors ?? []).toEqual([]);
  });

  it('has the servers and an entry for every app', () => {
    expect(services.map(([name]) => name)).toEqual([
      'redis',
      'queue-redis',
      'mongo',
      'scheduler',
      'worker',
      CHECK,
      'dashboard',
    ]);
  });

  it('starts each app by its name', () => {
    for (const [name, { command }] of apps) {
      expect(command).toEqual(['redis-to-mongo', name]);
      expect(existsSync(new URL(`../../apps/${name}/src/main.ts`, import.meta.url))).toBe(true);
    }
  });

  it('sets only options that there are', () => {
    const names = loadConfig({ env: {}, cwd: '/' }).options.map(({ option }) => String(option));
    for (const [, { environment }] of apps)
      expect(names).toEqual(expect.arrayContaining(Object.keys(environment ?? {})));
  });

  it('gives each app a configuration without a problem or a warning', () => {
    for (const [name, service] of apps) {
      const config = loadConfig({ env: environmentOf(service, given), cwd: '/' });
      expect(config.warnings).toEqual([]);
      if (name === 'dashboard') requireDashboardPassword(config);
      const hosts = [config.redis.host, config.queue.redis.host, new URL(config.mongo.uri).hostname];
      expect(hosts).toEqual(['redis', 'queue-redis', 'mongo']);
    }
  });

  it('lets the environment lead the fleet to other servers', () => {
    for (const [, service] of apps) {
      const others = {
        ...given,
        REDIS_URL: 'redis://source.test:6380',
        QUEUE_REDIS_URL: 'redis://queue.test:6381',
        MONGO_URI: 'mongodb://target.test:27018',
      };
      const { redis, queue, mongo } = loadConfig({ env: environmentOf(service, others), cwd: '/' });
      expect([redis.host, queue.redis.host, mongo.uri]).toEqual([
        'source.test',
        'queue.test',
        expect.stringContaining('target.test:27018'),
      ]);
    }
  });

  it('demands a password for the dashboard when that is started, and of no other command', async () => {
    const text = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
    expect(text).not.toMatch(/\$\{\w+:?\?/);
    expect(compose.services.dashboard?.depends_on).toMatchObject({
      [CHECK]: { condition: 'service_completed_successfully' },
    });
    const check = compose.services[CHECK];
    if (!check) throw new Error('there is no check');
    expect(check.command[0]).toBe('redis-to-mongo');
    expect(check).toMatchObject({ restart: 'no', depends_on: {} });
    const run = (env: Record<string, string>) =>
      spawnSync(process.execPath, [COMMAND, ...check.command.slice(1)], {
        cwd: tmpdir(),
        env: { PATH: process.env.PATH, ...environmentOf(check, env) },
        encoding: 'utf8',
      });
    const without = run({});
    expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('set DASHBOARD_PASSWORD')]);
    expect(run(given)).toMatchObject({ status: 0, stderr: '' });
    const hash = `$scrypt$ln=15,r=8,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`;
    const byHash = spawnSync(process.execPath, [COMMAND, ...check.command.slice(1)], {
      cwd: tmpdir(),
      env: { ...environmentOf(check, {}), DASHBOARD_PASSWORD_HASH: hash },
    });
    expect(byHash.status).toBe(0);
  });

  it.each([
    ['DASHBOARD_PASSWORD', 'a password for this test'],
    ['DASHBOARD_PASSWORD_HASH', `$scrypt$ln=15,r=8,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`],
  ])('gives %s to the dashboard alone, also if .env has it', (option, secret) => {
    const withLogin = apps.filter(([, service]) => {
      const dotEnv = { [option]: secret };
      // What `environment` sets overrides env_file, even if it is empty.
      const env = { ...dotEnv, ...environmentOf(service, dotEnv) };
      expect(loadConfig({ env, cwd: '/' }).warnings).toEqual([]);
      return Object.values(env).includes(secret);
    });
    expect(withLogin.map(([name]) => name)).toEqual(['dashboard']);
  });

  it('mounts the folder of config.json, where every app reads it, and not the file', () => {
    for (const [, { volumes = [] }] of apps)
      expect(volumes.map((volume) => interpolate(volume, {}))).toEqual(['./config:/app/config:ro']);
    const { file } = loadConfig({
      env: {},
      cwd: fileURLToPath(new URL('fixtures/mounted/', import.meta.url)),
    });
    expect(file).toMatch(/\/config\/config\.json$/);
  });

  it('publishes the dashboard on 127.0.0.1, and nothing else', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(published.map((port) => interpolate(port, given))).toEqual(['dashboard 127.0.0.1:8080:8080']);
  });

  it('lets workers be scaled: none has a name, an address or a port of its own', () => {
    const worker = compose.services.worker;
    for (const fixed of ['container_name', 'hostname', 'ports', 'networks'])
      expect(worker).not.toHaveProperty(fixed);
  });

  it('starts the apps when the servers they name are healthy', () => {
    for (const [, { depends_on = {} }] of apps) {
      const servers = Object.entries(depends_on).filter(([name]) => name !== CHECK);
      expect(servers.map(([name]) => name)).toEqual(['redis', 'queue-redis', 'mongo']);
      for (const [name, { condition }] of servers) {
        expect(condition).toBe('service_healthy');
        expect(compose.services[name]?.healthcheck).toBeDefined();
      }
    }
  });

  it('gives each app longer to stop than it takes itself', () => {
    const { worker } = loadConfig({ env: {}, cwd: '/' });
    const seconds = (name: string) =>
      Number(/^(\d+)s$/.exec(compose.services[name]?.stop_grace_period ?? '')?.[1]);
    expect(seconds('worker') * 1000).toBeGreaterThan(worker.shutdownTimeoutMs);
    for (const name of ['scheduler', 'dashboard']) expect(seconds(name)).toBeGreaterThan(10);
  });

  it('runs everything with few rights, bounded logs and a restart', () => {
    for (const [, service] of services)
      expect(service).toMatchObject({
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        logging: { options: { 'max-size': '10m', 'max-file': '5' } },
      });
    for (const [name, service] of services)
      expect(service.restart).toBe(name === CHECK ? 'no' : 'unless-stopped');
    for (const [, service] of apps) expect(service).toMatchObject({ read_only: true, tmpfs: ['/tmp'] });
  });

  it('keeps what the servers store in volumes that it declares', () => {
    const servers = services.filter(([, { build }]) => build === undefined);
    const used = servers.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]));
    expect(used.toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
  });

  it('runs both Redis append-only and without eviction', () => {
    for (const name of ['redis', 'queue-redis'])
      expect(compose.services[name]?.command.join(' ')).toMatch(
        /--appendonly yes .*--maxmemory-policy noeviction/,
      );
  });

  it('uses one name for the replica set: where it is started, initiated and addressed', () => {
    const mongo = compose.services.mongo;
    const [worker] = apps.map(([, service]) => environmentOf(service, given));
    expect(mongo?.command.join(' ')).toContain('--replSet rs0');
    expect(mongo?.healthcheck?.test?.join(' ')).toContain(
      "_id: 'rs0', members: [{ _id: 0, host: 'mongo:27017' }]",
    );
    expect(worker?.MONGO_URI).toBe('mongodb://mongo:27017/?replicaSet=rs0');
  });
});
