/** Describes what a fault did; `undefined` if there was nothing to act on. */
export type FaultResult = string | undefined;

/** How one step of a plan carries out its fault. */
export interface FaultChoice {
  /** From 0 to 1: selects a worker, stream or set of those that exist at that time. */
  readonly pick: number;
  /** Duration, or time until a killed process is started again, in ms. */
  readonly forMs: number;
}

/** A kind of fault. */
export interface Fault<Broken> {
  /** Shortest and longest duration, in ms; 0 for an instant one. */
  readonly lasts: readonly [least: number, most: number];
  readonly run: (broken: Broken, choice: FaultChoice) => Promise<FaultResult>;
}

/** A fault with a duration of `least` to `most` ms. */
export function lasting<Broken>(least: number, most: number, run: Fault<Broken>['run']): Fault<Broken> {
  return { lasts: [least, most], run };
}

export function instant<Broken>(run: Fault<Broken>['run']): Fault<Broken> {
  return lasting(0, 0, run);
}

/** Selects the item that a step acts on. */
export function picked<T>(all: readonly T[], { pick }: FaultChoice): T | undefined {
  return all[Math.floor(pick * all.length)];
}
