import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DEFAULT_REDIS } from '../src/build/build-redis.js';
import { loadConfig } from '../src/index.js';
import { GROUPS } from '../src/options/groups.js';
import { OPTIONS, optionNames } from '../src/options/options.js';
import { renderDocs } from '../src/render-docs.js';

const root = new URL('../../../', import.meta.url);

describe('the reference of the options', () => {
  it('has every option once', () => {
    const listed = GROUPS.flatMap(({ options }) => Object.keys(options));
    expect(listed.toSorted()).toEqual(optionNames().toSorted());
    const page = Object.values(renderDocs()).join('\n');
    for (const name of optionNames()) expect(page.split(`\n| \`${name}\` |`)).toHaveLength(2);
  });

  it('is what docs/configuration.md says', () => {
    const page = readFileSync(new URL('docs/configuration.md', root), 'utf8');
    for (const [title, table] of Object.entries(renderDocs())) {
      expect(page).toContain(`\n## ${title}\n`);
      expect(page).toContain(table);
    }
  });

  it('gives the defaults that the program uses for Redis', () => {
    const { host, port, db, tls } = DEFAULT_REDIS;
    expect([host, port, db, tls.enabled, tls.rejectUnauthorized]).toEqual([
      OPTIONS.REDIS_HOST.default,
      OPTIONS.REDIS_PORT.default,
      OPTIONS.REDIS_DB.default,
      OPTIONS.REDIS_TLS.default,
      OPTIONS.REDIS_TLS_REJECT_UNAUTHORIZED.default,
    ]);
  });

  it('has an example that loads without a warning', () => {
    const path = fileURLToPath(new URL('config.example.json', root));
    expect(loadConfig({ env: {}, argv: ['--config', path] })).toMatchObject({ file: path, warnings: [] });
  });
});
