import pico from 'picocolors';

const COLORS = ['cyan', 'green', 'magenta', 'yellow', 'blue'] as const;

/** Adds the process name to each line: as the field `process` of a JSON object, else as a prefix. */
export class LinePrefixer {
  readonly #width: number;
  readonly #colors: ReturnType<typeof pico.createColors>;

  /** @param isColored whether names are colored: true on a terminal, unless NO_COLOR is set. */
  constructor(
    private readonly names: readonly string[],
    isColored: boolean,
  ) {
    this.#width = Math.max(...names.map(({ length }) => length));
    this.#colors = pico.createColors(isColored);
  }

  /** Formats a line of a process for output. */
  line(name: string, line: string): string {
    if (line.startsWith('{"')) return `{"process":${JSON.stringify(name)},${line.slice(1)}\n`;
    const color = COLORS[this.names.indexOf(name) % COLORS.length] ?? 'cyan';
    return `${this.#colors[color](`${name.padEnd(this.#width)} |`)} ${line}\n`;
  }
}
