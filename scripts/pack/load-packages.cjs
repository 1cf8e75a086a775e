// @ts-check
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');

const file = `${__dirname}/packages.cjs`;
const compiled = `${__dirname}/packages.compiled`;
const script = new Script(
  `(function (module, exports, require, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`,
  {
    filename: file,
    // V8 rejects the cache of another Node version, and compiles as usual.
    ...(existsSync(compiled) ? { cachedData: readFileSync(compiled) } : {}),
  },
);
script.runInThisContext()(module, module.exports, require, file, __dirname);
if (process.env.COMPILE_PACKAGES)
  process.on('exit', () => writeFileSync(compiled, script.createCachedData()));
