import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { isObject } from '@redis-to-mongo/pipeline';
import type { Problem } from './config-error.js';
import { CONFIG_FILE, type FoundFile } from './find-config-file.js';
import { readJson } from './read-json.js';

/** The member in which a file may name its JSON schema, for editors. */
export const SCHEMA_MEMBER = '$schema';

/** The members of a configuration file by name; or the problem, which never quotes the file. */
export function readConfigFile(file: FoundFile): Map<string, unknown> | Problem {
  let bytes: Buffer;
  try {
    // Reading a pipe could block, and a second read would find it empty. A device may never end.
    if (!statSync(file.path).isFile())
      return problem(file, 'is not a file', 'name a file, not a folder, a pipe or a device');
    bytes = readFileSync(file.path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return code === 'ENOENT'
      ? problem(file, 'does not exist', 'create it, or name another file')
      : problem(file, `can't be read (${code})`, 'name a file that this process may read');
  }
  // Decoded as UTF-8 anyway, a password would silently change.
  if (!isUtf8(bytes)) return problem(file, 'is not UTF-8', 'save it as UTF-8');
  const read = readJson(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  if ('problem' in read) return problem(file, read.problem, 'fix the JSON there');
  const { value } = read;
  if (!isObject(value) || Array.isArray(value)) {
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
