import type { TrimForecast } from '@redis-to-mongo/mongo-sink';
import { type TrimSample, trimForecastMs } from '@redis-to-mongo/pipeline';

/** Rates are computed over about this long, in ms. */
const WINDOW_MS = 60_000;

/** Tracks the counters of streams that are behind, and predicts when trimming will reach unread entries. */
export class TrimWatch {
  #samples = new Map<string, readonly TrimSample[]>();

  /**
   * Adds the newest samples of the streams that are behind now, and forgets all other streams.
   * @returns the forecasts.
   */
  note(newest: ReadonlyMap<string, TrimSample>): readonly TrimForecast[] {
    const samples = new Map<string, readonly TrimSample[]>();
    const forecasts: TrimForecast[] = [];
    for (const [key, to] of newest) {
      const before = this.#samples.get(key) ?? [];
      // A recreated stream counts from 0 again. A sample with a later time was taken before the clock was set
      // back.
      const same = before.filter(
        ({ added, at }) => added <= to.added && at <= to.at && to.at - at <= WINDOW_MS,
      );
      samples.set(key, [...same, to]);
      const ms = same[0] && trimForecastMs(same[0], to);
      if (ms !== undefined) forecasts.push({ key, at: new Date(to.at + ms) });
    }
    this.#samples = samples;
    return forecasts.sort((a, b) => a.at.getTime() - b.at.getTime());
  }
}
