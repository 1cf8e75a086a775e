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

/** A sample serves for at least this long, in ms; of few keys, it is soon checked whether there are many by now; */
const AGE_MS = 300_000;
const FEW_AGE_MS = 10_000;
const PATIENCE_MS = 5_000;
/** and sampling takes at most one part in this many of the time. */
const SHARE = 20;

/**
 * The pages of lists of keys, for anyone who asks for many of them. It keeps a sample of the names, of bounded size: with it a list by
 * name is quick on every server, and the size of a long list is estimated rather than counted.
 */
export class KeyPages {
  readonly #db: Db;
  readonly #pick: PickKeys;
  readonly #patienceMs: number;
  #sample: NameSample | undefined;
  #sampling: Promise<void> | undefined;
  /** The source did not report its names in time: no other list waits for them. */
  #isLate = false;
  #nextAt = 0;

  /**
   * @param pick picks some of the keys that are mirrored, where there are very many of them; it may throw.
   * @param patienceMs lists wait this long for the first sample: without it, a server may scan a million keys for each of them.
   */
  constructor(db: Db, pick: PickKeys, patienceMs = PATIENCE_MS) {
    this.#db = db;
    this.#pick = pick;
    this.#patienceMs = patienceMs;
  }

  /** Begins to sample the names, where it is time; lists wait for the first sample alone. It does not throw. */
  readonly sample = async (): Promise<void> => {
    if (this.#sampling === undefined && performance.now() >= this.#nextAt)
      this.#sampling = this.#sampleOnce().finally(() => {
        this.#sampling = undefined;
      });
    await this.#sampling;
  };

  /** As readKeyPage. @throws SyncError as mongoError. */
  readonly readPage = async (query: KeyPageQuery): Promise<KeyPage> =>
    await readKeyPage(this.#db, query, isByName(query) ? await this.#known() : NO_SAMPLE);

  /** As countKeys. @throws SyncError as mongoError. */
  readonly countKeys = async (which: Which, most: number): Promise<number> =>
    await countKeys(this.#db, which, most);

  /** About how many keys a long list has; `undefined` of one that is to be counted. */
  readonly estimateKeys = async (which: Which): Promise<number | undefined> =>
    isByName(which) ? estimateKeys(await this.#known(), which) : undefined;

  async #known(): Promise<NameSample> {
    const sampling = this.sample();
    if (this.#sample === undefined && !this.#isLate)
      this.#isLate = !(await isInTime(sampling, this.#patienceMs));
    return this.#sample ?? NO_SAMPLE;
  }

  /** Where names can't be sampled, lists are read without. */
  async #sampleOnce(): Promise<void> {
    const began = performance.now();
    this.#sample = await this.#pick().then(
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
