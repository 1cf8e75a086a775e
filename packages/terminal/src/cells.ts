import { grouped } from './counts.js';

type Color = 'red' | 'yellow' | 'green' | 'dim';

/** A text with a color, which is used if the output has colors. */
export interface Colored {
  readonly text: string;
  readonly color: Color;
}

/** A cell of a table. Numbers are right-aligned and grouped: `12,345`. */
export type Cell = string | number | Colored | undefined;

/** The heading of a column. A leading `>` makes it right-aligned. */
export type Column = string;

/** A cell with a color, if the output has colors. */
export function colored(text: string, color: Color): Colored {
  return { text, color };
}

/** A number that is red if it is not 0. */
export function bad(count: number): Cell {
  return count === 0 ? 0 : colored(grouped(count), 'red');
}
