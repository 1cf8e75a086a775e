// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../run/run-quietly.mjs';

/** Licenses that only require that their text is included. A person must review any other license first. */
const allowed = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0'],
  ...['ISC', 'MIT', 'Python-2.0', 'Unlicense', 'Zlib'],
  // Another name of 0BSD.
  'BSD-0-Clause',
]);

/** For packages that declare this license without its text. Source: https://opensource.org/license/mit */
const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/**
 * Lists packages with name, version and license, and the text of each license.
 *
 * @param {string[]} folders
 * @returns {string}
 * @throws {SetupError} if a license was not reviewed
 */
export function thirdPartyLicenses(folders) {
  /** @type {Map<string, ReturnType<typeof packageIn>>} */
  const packages = new Map();
  for (const folder of folders) {
    const found = packageIn(folder);
    packages.set(`${found.name}@${found.version}`, found);
  }
  const sorted = [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const refused = sorted.filter(
    ({ license }) => !license.split(/ (?:OR|AND) /).every((each) => allowed.has(each)),
  );
  if (refused.length > 0) {
    const list = refused.map(({ name, license }) => `${name} (${license || 'no license'})`).join(', ');
    throw new SetupError(
      `these licenses must be reviewed first: ${list}; see scripts/pack/third-party-licenses.mjs`,
    );
  }
  const head = `redis-to-mongo has these packages inside, under the licenses below: ${sorted.length}.`;
  const parts = sorted.map(
    ({ name, version, license, texts }) => `${name} ${version}, ${license}\n\n${texts}`,
  );
  return `${[head, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** @param {string} folder */
function packageIn(folder) {
  const {
    name,
    version,
    license: declared,
    licenses,
    author,
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const license = String(declared?.type ?? declared ?? licenses?.[0]?.type ?? '').replace(/^\((.*)\)$/, '$1');
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  const holder = (typeof author === 'string' ? author : author?.name) ?? `the authors of ${name}`;
  return {
    name: String(name),
    version: String(version),
    license,
    texts: texts || `Copyright (c) ${holder}\n\n${textOf(license, name)}`,
  };
}

/**
 * The license text for a package that has none.
 *
 * @param {string} license
 * @param {string} name
 */
function textOf(license, name) {
  if (license === 'MIT') return mit;
  if (license === 'Apache-2.0')
    return 'Apache License, Version 2.0: the text is at "mongodb", and at https://www.apache.org/licenses/LICENSE-2.0';
  throw new SetupError(
    `${name} has no file with the text of its license (${license}): add it to third-party-licenses.mjs`,
  );
}
