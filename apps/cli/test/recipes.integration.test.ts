import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';
import { runQuery } from './queries-in-docs.js';
import { servesFerretDb } from './serves-ferretdb.js';

const isFerretDb = await servesFerretDb();
const PAGE = join(import.meta.dirname, '../../../docs/recipes.md');

/** A section of the page, by its blocks of code. */
interface Recipe {
  readonly title: string;
  readonly commands: readonly string[];
  readonly rule: { readonly collection: string };
  readonly document: Document;
  readonly index: Document;
  readonly query: string;
  /** A query of the members of a large value. */
  readonly members: string | undefined;
}

function recipes(): readonly Recipe[] {
  const [, ...sections] = readFileSync(PAGE, 'utf8').split(/^## /m);
  return sections.map((section) => {
    const blocks = (kind: string) =>
      [...section.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) =>
        block.trim(),
      );
    const [document = '', queries = '', members] = blocks('js');
    const [, index = ''] = /createIndex\((.*)\);/.exec(queries) ?? [];
    return {
      title: section.slice(0, section.indexOf('\n')),
      commands: (blocks('redis')[0] ?? '').split('\n'),
      rule: JSON.parse(blocks('json')[0] ?? ''),
      document: documentIn(document),
      index: documentIn(index),
      query: queries.slice(queries.indexOf('\n') + 1).replace(/;$/, ''),
      members: members?.replace(/;$/, ''),
    };
  });
}

/** A document as mongosh would read it. */
function documentIn(text: string): Document {
  const date = (iso: string) => new Date(iso);
  const id = (hex: string) => new ObjectId(hex);
  return new Function('ObjectId', 'ISODate', `return (${text})`)(id, date);
}

/** The words of a line of redis-cli. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

const RECIPES = recipes();
let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest({ RULES: JSON.stringify(RECIPES.map(({ rule }) => rule)) });
  for (const { commands } of RECIPES)
    for (const line of commands) {
      const [command = '', ...words] = wordsOf(line);
      await cli.redis.call(command, ...words);
    }
  const { code, stderr } = await cli.run('once');
  expect(code, stderr).toBe(0);
});
afterAll(() => cli.close());

describe('the recipes', () => {
  it('are six, and none is warned of', async () => {
    expect(RECIPES).toHaveLength(6);
    expect((await cli.run('config')).stderr).not.toContain('RULES');
  });

  it.each(RECIPES)('$title: the rule makes the document', async ({ rule, document }) => {
    const { _redis, ...content } = document;
    const stored = await cli.db.collection(rule.collection).findOne({ _id: document._id });
    expect(stored).toMatchObject({ _redis });
    const { _redis: _, ...top }: Document = stored ?? {};
    expect(top).toEqual(content);
  });

  it.each(RECIPES)('$title: the query finds it', async ({ rule, document, index, query }) => {
    await cli.db.collection(rule.collection).createIndex(index);
    expect(await runQuery(cli.db, { page: 'docs/recipes.md', text: query })).toMatchObject([
      { _id: document._id },
    ]);
  });

  it.skipIf(isFerretDb).each(RECIPES)('$title: by its index (needs mongod’s plans)', async (recipe) => {
    const { rule, index, query } = recipe;
    await cli.db.collection(rule.collection).createIndex(index);
    const plan = await runQuery(cli.db, { page: 'docs/recipes.md', text: `${query}.explain()` });
    expect(JSON.stringify(plan)).toContain(JSON.stringify({ keyPattern: index }).slice(1, -1));
  });

  it('show the current members of a large leaderboard, highest first', async () => {
    const [text = ''] = RECIPES.flatMap(({ members = [] }) => members);
    await cli.redis.zadd('leaderboard:us', 3, 'ann', 1, 'bob', 2, 'gone');
    const large = { ...cli.env, VALUE_INLINE_MEMBERS: '1' };
    expect(await runIn(large, 'once', 'leaderboard:us')).toMatchObject({ code: 0 });
    await cli.redis.zrem('leaderboard:us', 'gone');
    expect(await runIn(large, 'once', 'leaderboard:us')).toMatchObject({ code: 0 });
    expect(await runQuery(cli.db, { page: 'docs/recipes.md', text })).toMatchObject([
      { player: 'ann', points: 3 },
      { player: 'bob', points: 1 },
    ]);
  });

  it('lose nothing: verify finds no difference', async () => {
    const { code, stdout } = await cli.run('verify', '--settle', '0');
    expect(code, stdout).toBe(0);
  });
});
