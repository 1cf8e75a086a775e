import type { BenchPlace, Target } from '../bench-place.js';
import type { StreamCase } from '../bench-sizes.js';
import type { Usage } from '../usage-meter.js';

/** What a contestant did. */
export interface Feat extends Usage {
  readonly entries: number;
}

/** Somebody who moves the streams on the shelf into an empty database. */
export interface Contestant {
  readonly who: string;
  /**
   * One run, checked: what it says it moved is in the database.
   * @param isFirst the first repetition, which may be checked more closely.
   */
  run(place: BenchPlace, target: Target, load: StreamCase, isFirst: boolean): Promise<Feat>;
}
