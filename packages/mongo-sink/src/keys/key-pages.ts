import { isInTime } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { ORDERS } from './key-lists.js';
import { estimateKeys, type NameSample, NO_SAMPLE, nameSample } from './name-sample.js';
import { countKeys, type KeyPage, type KeyPageQuery, readKeyPage } from './read-key-page.js';

type PickKeys = () => Promise<{
  readonly total: number;
  readonly keys: readonly { readonly key: string; readonly keyType: string }[];
}>;
type Which = Pick<KeyPageQuery, 'name' | 'keyType' | 'condition'>;

/**
 * Minimum time between samples, in ms; shorter without a sample (few keys), because there may soon be many.
 */
const AGE_MS = 300_000;
const FEW_AGE_MS = 10_000;
const PATIENCE_MS = 5_000;
/** Sampling takes at most this fraction of the time: 1 / SHARE. */
const SHARE = 20;

/**
 * Reads pages of lists of keys. It keeps a sample of the names, of bounded size. With the sample, a list by
 * name is fast on every server, and the size of a long list is estimated instead of counted.
 */
export class KeyPages {
  #sample: NameSample | undefined;
  #sampling: Promise<void> | undefined;
  /** Whether the first sample was late. Then no further list waits for a sample. */
  #isLate = false;
  #nextAt = 0;

  /**
   * @param pick picks some of the mirrored keys, if there are very many; may throw.
   * @param patienceMs how long lists wait for the first sample, in ms: without a sample, a server may scan a
   * million keys per list.
   */
  constructor(
    private readonly db: Db,
    private readonly pick: PickKeys,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /**
   * Samples the names if the last sample is old enough. Lists wait only for the first sample. Does not throw.
   */
  readonly sample = async (): Promise<void> => {
    if (this.#sampling === undefined && performance.now() >= this.#nextAt)
      this.#sampling = this.#sampleOnce().finally(() => {
        this.#sampling = undefined;
      });
    await this.#sampling;
  };

  /** As readKeyPage. @throws SyncError as mongoError. */
  readonly readPage = async (query: KeyPageQuery): Promise<KeyPage> =>
    await readKeyPage(this.db, query, isByName(query) ? await this.#known() : NO_SAMPLE);

  /** As countKeys. @throws SyncError as mongoError. */
  readonly countKeys = async (which: Which, most: number): Promise<number> =>
    await countKeys(this.db, which, most);

  /** Estimates the number of keys in a long list; `undefined` if the list must be counted. */
  readonly estimateKeys = async (which: Which): Promise<number | undefined> =>
    isByName(which) ? estimateKeys(await this.#known(), which) : undefined;

  async #known(): Promise<NameSample> {
    const sampling = this.sample();
    if (this.#sample === undefined && !this.#isLate)
      this.#isLate = !(await isInTime(sampling, this.patienceMs));
    return this.#sample ?? NO_SAMPLE;
  }

  /** If sampling fails, the last sample stays in use. */
  async #sampleOnce(): Promise<void> {
    const began = performance.now();
    this.#sample = await this.pick().then(
      ({ total, keys }) => nameSample(total, keys),
      () => this.#sample,
    );
    const took = performance.now() - began;
    this.#nextAt =
      performance.now() + Math.max(this.#sample?.keys.length ? AGE_MS : FEW_AGE_MS, (SHARE - 1) * took);
  }
}

function isByName({ condition }: Which): boolean {
  return condition === undefined || ORDERS[condition] === 'key';
}
