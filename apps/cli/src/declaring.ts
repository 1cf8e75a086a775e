import { type Command, InvalidArgumentError } from '@commander-js/extra-typings';

interface CommandHelp {
  /** Its line in the overview. */
  readonly summary: string;
  readonly description: string;
  /** Command lines behind `redis-to-mongo`, each with what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
}

/** Adds a command with its help. */
export function command(program: Command, name: string, { summary, description, examples }: CommandHelp) {
  const lines = examples.map(([line, what]) => `  # ${what}\n  redis-to-mongo ${line}`);
  return program
    .command(name)
    .summary(summary)
    .description(description)
    .addHelpText('after', ['\nExamples:', ...lines].join('\n'));
}

/** A parser for an option's value: whole numbers from min to max. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Write a whole number from ${min} to ${max}.`);
  };
}

/** A parser for an option's value: the name of a database, not empty. For an empty name, the driver would use its default. */
export function databaseName(text: string): string {
  if (/^[^/\\. "$*<>:|?\0]+$/.test(text) && Buffer.byteLength(text) <= 63) return text;
  throw new InvalidArgumentError(
    'Write the name of a database: 1 to 63 bytes, without / \\ . " $ * < > : | ? or spaces.',
  );
}
