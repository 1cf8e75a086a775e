/** Examples below a command's help, each with what it does. @param lines command lines behind `redis-to-mongo`. */
export function examples(...lines: readonly (readonly [line: string, what: string])[]): string {
  return ['\nExamples:', ...lines.map(([line, what]) => `  # ${what}\n  redis-to-mongo ${line}`)].join('\n');
}
