import { readFileSync } from 'node:fs';
import { parse } from '@humanwhocodes/momoa';
import type { Problem } from './config-error.js';
import { CONFIG_FILE, type FoundFile } from './find-config-file.js';

/** Where a file may say which schema it follows, for editors. */
export const SCHEMA_MEMBER = '$schema';

/** What a configuration file holds, by name; or the problem, which never quotes the file. */
export function readConfigFile(file: FoundFile): Map<string, unknown> | Problem {
  let text: string;
  try {
    text = readFileSync(file.path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return code === 'ENOENT'
      ? problem(file, 'does not exist', 'create it, or name another file')
      : problem(file, `can't be read (${code})`, 'name a file that this process may read');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // JSON.parse quotes what it read, and shows no line on Node 20.
    return problem(file, `is not JSON${placeOfError(text)}`, 'fix the JSON there');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return problem(file, 'is not a JSON object', 'write { "OPTION": value, … }');
  }
  return new Map(Object.entries(value).filter(([name]) => name !== SCHEMA_MEMBER));
}

function problem({ path, source }: FoundFile, text: string, remedy: string): Problem {
  return {
    option: source === 'command line' ? '--config' : CONFIG_FILE,
    source,
    value: path,
    problem: text,
    remedy,
  };
}

/** Where the JSON breaks: ` at line 3, column 5`, both from 1; empty when that is not known. */
function placeOfError(text: string): string {
  try {
    parse(text, { mode: 'json' });
  } catch (error) {
    if (error instanceof Error && 'line' in error && 'column' in error) {
      return ` at line ${String(error.line)}, column ${String(error.column)}`;
    }
  }
  return '';
}
