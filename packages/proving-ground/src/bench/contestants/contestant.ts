import type { BenchEnvironment } from '../bench-environment.js';
import type { StreamCase } from '../bench-sizes.js';
import type { Usage } from '../usage-meter.js';

/** Where streams are moved to: a MongoDB, or what stands in for one. */
export interface MessageTarget extends AsyncDisposable {
  readonly uri: string;
  readonly dbName: string;
  readonly pid: number | undefined;
  /** How many messages it holds. */
  count(): Promise<number>;
  /** Compares it with the source, byte for byte, where it keeps what it gets. @throws ProvingError `PROVING_NOT_MIRRORED`. */
  compare(entries: number): Promise<void>;
}

/** What a contestant did. */
export interface Feat extends Usage {
  readonly entries: number;
}

/** Someone who moves the streams on the shelf into an empty target. */
export interface Contestant {
  readonly who: string;
  /**
   * One run, checked: what it says it moved is in the target.
   * @param isFirst the first repetition: it may be checked more closely.
   */
  run(place: BenchEnvironment, target: MessageTarget, load: StreamCase, isFirst: boolean): Promise<Feat>;
}

/** A target that is filled for the first time, of its own. */
export type OpenTarget = () => Promise<MessageTarget>;
