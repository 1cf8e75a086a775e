import { Command, InvalidArgumentError } from '@commander-js/extra-typings';

/** The command line of a program that `npm run name` starts, with the options that all programs have. */
export function commandLine(name: string, description: string) {
  return new Command(`npm run ${name} --`)
    .description(description)
    .option('--json', 'print the report as JSON on standard output, everything else on standard error')
    .exitOverride();
}

/** A parser for an option's value: whole numbers from min to max. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => numberFrom(text, /^\d{1,12}$/, { min, max, kind: 'whole number' });
}

/** As wholeNumber, for numbers with up to three decimals. */
export function anyNumber(min: number, max: number): (text: string) => number {
  return (text) => numberFrom(text, /^\d{1,12}(\.\d{1,3})?$/, { min, max, kind: 'number' });
}

function numberFrom(
  text: string,
  form: RegExp,
  { min, max, kind }: { min: number; max: number; kind: string },
) {
  const value = Number(text);
  if (form.test(text) && value >= min && value <= max) return value;
  throw new InvalidArgumentError(`Give a ${kind} from ${min} to ${max}.`);
}
