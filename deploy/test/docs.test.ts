import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '@redis-to-mongo/config';
import { KEY_TYPE_ENTRIES } from '@redis-to-mongo/key-types';
import { collectionsUsed } from '@redis-to-mongo/mongo-sink';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path && existsSync(join(root, path)));
const pages = files.filter((path) => /^(docs\/.*|[^/]*)\.md$/.test(path));

/** The anchor that a heading gets on a page. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

describe('the documents', () => {
  it.each(pages)('%s links to files and headings that there are', (page) => {
    for (const [, link = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : normalize(join(dirname(page), path));
      expect(existsSync(join(root, target)), `${page}: ${link}`).toBe(true);
      if (anchor === undefined) continue;
      const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
      expect(headings, `${page}: ${link}`).toContain(anchor);
    }
  });

  it('name only source files and tests that there are', () => {
    for (const page of pages)
      for (const [, path = ''] of read(page).matchAll(
        /`((?:apps|packages|scripts|deploy)\/[^`<*\s]+\.\w+)`/g,
      ))
        expect(existsSync(join(root, path)) || path.includes('/dist/'), `${page}: ${path}`).toBe(true);
  });

  it('name only files that there are, also where they name them without a folder', () => {
    const names = new Set(files.map((path) => basename(path)));
    const notOurs = new Set(['config.json', 'package.json']);
    for (const page of pages.filter((path) => path !== 'CHANGELOG.md' && !path.startsWith('docs/decisions/')))
      for (const [, name = ''] of read(page).matchAll(/`([\w.-]+\.(?:[cm]?[jt]s|json|md|ya?ml|css|svg))`/g))
        expect(names.has(name) || notOurs.has(name), `${page}: ${name}`).toBe(true);
  });

  it('docs/architecture.md has a row for every app and package, and no other', () => {
    const rooms = new Set(files.flatMap((path) => /^((?:apps|packages)\/[^/]+)\//.exec(path)?.[1] ?? []));
    const rows = [...read('docs/architecture.md').matchAll(/^\| `((?:apps|packages)\/[^/`]+)` \|/gm)];
    expect(rows.map(([, room]) => room).toSorted()).toEqual([...rooms].toSorted());
  });

  it('README.md has a row for every collection of the fleet, but for those of members', () => {
    const [, table = ''] = read('README.md').split('## What is in MongoDB');
    const [rows = ''] = table.split('\n\nThe `_id`');
    const ofMembers = /_(members|fields|items|parts|elements)$/;
    for (const name of collectionsUsed([]).all)
      if (!ofMembers.test(name)) expect(rows, name).toContain(`\`${name}\``);
  });

  it('docs/operations.md grants every command that a key type is read with', () => {
    const [, acl = ''] = read('docs/operations.md').split('\n## ACL\n');
    const [section = ''] = acl.split('\n## ');
    const granted = new Set([
      ...(/^ACL SETUSER mirror (.*)$/m.exec(section)?.[1] ?? '')
        .split(' ')
        .map((word) => word.replace(/^\+/, '')),
      ...[...section.matchAll(/`([a-z._|\\]+)`/g)].map(([, name = '']) => name.replace('\\', '')),
    ]);
    for (const { names, needs } of KEY_TYPE_ENTRIES)
      for (const [command, more] of needs('the key')) {
        const name = command.toLowerCase();
        const isGranted = granted.has(name) || granted.has(`${name}|${String(more).toLowerCase()}`);
        expect(isGranted, `${names.keyType}: ${command}`).toBe(true);
      }
  });

  it('docs/glossary.md has no word twice, and none that nobody uses', () => {
    const words = [...read('docs/glossary.md').matchAll(/^\| ([^|]+) \| /gm)]
      .flatMap(([, cell = '']) => cell.split(', '))
      .filter((word) => word !== 'Word' && !/^-+$/.test(word));
    expect(new Set(words).size).toBe(words.length);
    const isSource = (path: string) => /^(apps|packages)\/[^/]+\/src\/.*\.ts$/.test(path);
    const used = files
      .filter((path) => (pages.includes(path) && path !== 'docs/glossary.md') || isSource(path))
      .map((path) =>
        read(path)
          .toLowerCase()
          .replace(/\s+(\*|\/\/)?\s*/g, ' '),
      )
      .join('\n');
    expect(words.filter((word) => !used.includes(word.toLowerCase()))).toEqual([]);
  });

  it('docs/decisions/README.md lists every decision by its title, and which others replaced or amended it', () => {
    const decisions = files.flatMap((path) => /^docs\/decisions\/(\d{4}-.*\.md)$/.exec(path)?.[1] ?? []);
    const rows = decisions.map((file) => {
      const [title = '', , first = ''] = read(`docs/decisions/${file}`).split('\n');
      const number = file.slice(0, 4);
      const [, change, by] = /^\*\*(Replaced|Amended)\*\* by \[(\d{4})\]/.exec(first) ?? [];
      const note = change && by ? ` (${change.toLowerCase()} by ${by})` : '';
      return `| [${number}](${file}) | ${title.replace(`# ${number}: `, '')}${note} |`;
    });
    const listed = [...read('docs/decisions/README.md').matchAll(/^\| \[\d.*$/gm)].map(([row]) => row);
    expect(listed).toEqual(rows.toSorted());
  });

  it('name only npm scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const builtIn = ['install', 'exec', 'test'];
    for (const page of pages)
      for (const [, , script = ''] of read(page).matchAll(/(?:`|^|&& )(npm run|pnpm) ([a-z:-]+)/gm))
        expect([...Object.keys(scripts), ...builtIn], page).toContain(script);
  });

  it('README.md has the defaults that the options have', () => {
    const { options } = loadConfig({ env: {}, cwd: '/' });
    const rows = [...read('README.md').matchAll(/^\| `([A-Z_]+)` \| `([^`]+)` \|/gm)];
    expect(rows.length).toBeGreaterThan(3);
    for (const [, name, shown] of rows) {
      const option = options.find((known) => known.option === name);
      expect(option, name).toBeDefined();
      if (!name?.endsWith('_URL') && !name?.endsWith('_URI')) expect(option?.value, name).toBe(shown);
    }
  });

  it.each(['scheduler', 'worker'])(
    'docs/operations.md lists the options that a running %s takes over',
    (app) => {
      const namesIn = (text = '') => [...text.matchAll(/[A-Z]+(?:_[A-Z]+)*/g)].map(([name]) => name).sort();
      const sources = files.filter((path) => path.startsWith(`apps/${app}/src/`)).map(read);
      const [, taken] = /const RELOADABLE = \[([^\]]*)\]/.exec(sources.join('\n')) ?? [];
      const [, listed] = new RegExp(`^\\| ${app} \\| (.*): `, 'm').exec(read('docs/operations.md')) ?? [];
      expect(namesIn(taken).length).toBeGreaterThan(3);
      expect(namesIn(listed)).toEqual(namesIn(taken));
    },
  );

  it('docs/operations.md has every error code of the line with its class, and no other', () => {
    const sources = files.filter((path) => /^(apps|packages)\/[^/]+\/src\/.*\.ts$/.test(path));
    const inCode = sources.flatMap((path) =>
      [
        ...read(path).matchAll(
          /(?:SyncError\(|\[)\s*'([A-Z_]+)',\s*'(transient|overtaken|configuration|unknown)'/g,
        ),
        // What is late has a code of its own.
        ...read(path).matchAll(/'([A-Z]+_TIMEOUT)'()/g),
      ].map(([, code, errorClass]) => `${code} ${errorClass || 'transient'}`),
    );
    const rows = [
      ...read('docs/operations.md').matchAll(
        /^\| (`[A-Z_`, ]+) \| (transient|overtaken|configuration|unknown) \|/gm,
      ),
    ];
    const inDocs = rows.flatMap(([, codes = '', errorClass]) =>
      codes.split(', ').map((code) => `${code.replaceAll('`', '')} ${errorClass}`),
    );
    expect(inDocs.toSorted()).toEqual([...new Set(inCode)].toSorted());
  });
});
