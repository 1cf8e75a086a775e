import pico from 'picocolors';

const COLORS = ['cyan', 'green', 'magenta', 'yellow', 'blue'] as const;

/** Says of each line which process it comes from: a JSON object by a field `process`, any other line by the name before it. */
export class LinePrefixer {
  readonly #width: number;
  readonly #names: readonly string[];
  readonly #colors: ReturnType<typeof pico.createColors>;

  /** @param isColored whether names have colors: on a terminal, and not where NO_COLOR is set. */
  constructor(names: readonly string[], isColored: boolean) {
    this.#names = names;
    this.#width = Math.max(...names.map(({ length }) => length));
    this.#colors = pico.createColors(isColored);
  }

  line(name: string, line: string): string {
    if (line.startsWith('{"')) return `{"process":${JSON.stringify(name)},${line.slice(1)}\n`;
    const color = COLORS[this.#names.indexOf(name) % COLORS.length] ?? 'cyan';
    return `${this.#colors[color](`${name.padEnd(this.#width)} |`)} ${line}\n`;
  }
}
