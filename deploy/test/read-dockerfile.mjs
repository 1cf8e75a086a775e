import { readFileSync } from 'node:fs';
import { DockerfileParser } from 'dockerfile-ast';

/**
 * @typedef {{ keyword: string, flags: Record<string, string>, args: string[], text: string }} Step
 * `args` are the arguments without flags; `text` is all that stands behind the keyword.
 * @typedef {{ name: string, from: string, steps: Step[] }} Stage
 */

/**
 * Reads a Dockerfile as a list of stages, in order.
 *
 * @param {string} path
 * @returns {Stage[]}
 */
export function readDockerfile(path) {
  const source = readFileSync(path, 'utf8');
  const lines = source.split('\n');
  const document = DockerfileParser.parse(source);
  /** @type {Stage[]} */
  const stages = [];
  for (const instruction of document.getInstructions()) {
    const keyword = instruction.getKeyword();
    const args = instruction.getArguments().map((argument) => argument.getValue());
    if (keyword === 'FROM') {
      stages.push({ name: args[2] ?? String(stages.length), from: args[0] ?? '', steps: [] });
      continue;
    }
    const { start, end } = instruction.getRange();
    const whole = lines.slice(start.line, end.line + 1).join('\n');
    const text = whole.slice(keyword.length).trim();
    const flags = 'getFlags' in instruction ? instruction.getFlags() : [];
    stages.at(-1)?.steps.push({
      keyword,
      flags: Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue() ?? ''])),
      args,
      text,
    });
  }
  return stages;
}
