import { InvalidArgumentError } from '@commander-js/extra-typings';

/** Examples below a command's help, each with what it does. @param lines command lines behind `redis-to-mongo`. */
export function examples(...lines: readonly (readonly [line: string, what: string])[]): string {
  return ['\nExamples:', ...lines.map(([line, what]) => `  # ${what}\n  redis-to-mongo ${line}`)].join('\n');
}

/** A parser for an option's value: whole numbers from min to max. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Write a whole number from ${min} to ${max}.`);
  };
}
