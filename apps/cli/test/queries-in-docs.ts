import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db } from 'mongodb';

const ROOT = join(import.meta.dirname, '../../..');

/** A query as the docs show it, for mongosh. */
export interface DocsQuery {
  readonly page: string;
  readonly text: string;
}

/** All queries of README and docs: code blocks and code in prose. Those of the recipes have a test of their own. */
export async function queriesInDocs(): Promise<readonly DocsQuery[]> {
  const docs = (await readdir(join(ROOT, 'docs'))).filter(
    (name) => name.endsWith('.md') && name !== 'recipes.md',
  );
  const queries: DocsQuery[] = [];
  for (const page of ['README.md', ...docs.map((name) => `docs/${name}`)]) {
    const text = await readFile(join(ROOT, page), 'utf8');
    const blocks = [...text.matchAll(/^```js\n(.*?)^```$/gms)].flatMap(([, block = '']) => statements(block));
    const prose = [...text.matchAll(/`(db\.[^`]+)`/g)].map(([, query = '']) => query);
    for (const query of [...blocks, ...prose]) if (query.includes('db.')) queries.push({ page, text: query });
  }
  return queries;
}

/** Statements end at an empty line, or at a line that does not go on; a `const` belongs to what follows. */
function statements(block: string): string[] {
  return block
    .replace(/^\/\/.*$/gm, '')
    .replace(/;\n(?!const)/g, '\n\n')
    .split(/\n\n+/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
    .reduce<string[]>((all, statement) => {
      const last = all.at(-1);
      if (last?.startsWith('const ') && !last.includes('\n')) all[all.length - 1] = `${last};\n${statement}`;
      else all.push(statement);
      return all;
    }, []);
}

/**
 * Runs a query as mongosh would.
 * @param variables what else it names.
 * @returns the documents, or the value.
 */
export async function runQuery(
  db: Db,
  { text }: DocsQuery,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const collections = new Proxy({}, { get: (_, name) => db.collection(String(name)) });
  const lines = text.replaceAll(/db\.\w+\.findOne\(([^)]*)\)/g, '(await $&)');
  const [last = '', ...before] = lines.split(/;\n/).reverse();
  const body = [...before.reverse(), `return ${last}`].join(';\n');
  const run = new Function('db', ...Object.keys(variables), `return (async () => { ${body} })()`);
  const result: unknown = await run(collections, ...Object.values(variables));
  const isCursor = typeof result === 'object' && result !== null && 'toArray' in result;
  return isCursor && typeof result.toArray === 'function' ? await result.toArray() : result;
}
