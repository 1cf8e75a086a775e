import pico from 'picocolors';

const COLOURS = ['cyan', 'green', 'magenta', 'yellow', 'blue'] as const;

/** Says of each line which process it comes from: a JSON object by a field `process`, any other line by the name before it. */
export class TellApart {
  readonly #width: number;
  readonly #names: readonly string[];
  readonly #colors: ReturnType<typeof pico.createColors>;

  /** @param isColoured whether names have colours: on a terminal, and not where NO_COLOR is set. */
  constructor(names: readonly string[], isColoured: boolean) {
    this.#names = names;
    this.#width = Math.max(...names.map(({ length }) => length));
    this.#colors = pico.createColors(isColoured);
  }

  line(name: string, line: string): string {
    if (line.startsWith('{"')) return `{"process":${JSON.stringify(name)},${line.slice(1)}\n`;
    const colour = COLOURS[this.#names.indexOf(name) % COLOURS.length] ?? 'cyan';
    return `${this.#colors[colour](`${name.padEnd(this.#width)} |`)} ${line}\n`;
  }
}
