import type { OptionName, Values } from '../options/options.js';
import type { Settings } from '../settings.js';

/** Reads options that say again what a URL may say. */
export interface BesideUrl {
  /**
   * The value that counts, or undefined when neither says anything. The higher source wins; in the same source the
   * option adds what the URL leaves out, and is a problem when it says something else.
   */
  readonly pick: <Name extends OptionName>(
    name: Name,
    inUrl: Values[Name] | undefined,
  ) => Values[Name] | undefined;
  /** Warns, once for all, of options that a URL of a higher source replaced. */
  readonly warnOfReplaced: () => void;
}

/** `url` is the option that the URL in use comes from; undefined when none is in use. */
export function besideUrl(settings: Settings, url: OptionName | undefined): BesideUrl {
  const replaced: OptionName[] = [];
  const pick: BesideUrl['pick'] = (name, inUrl) => {
    if (!settings.given(name)) return inUrl;
    const value = settings.values[name];
    if (url === undefined || value === inUrl) return value;
    const order = compareSources(settings, name, url);
    if (order < 0) {
      replaced.push(name);
      return inUrl;
    }
    if (order === 0 && inUrl !== undefined) {
      settings.problem(name, `says something else than ${url} beside it`, 'keep one of the two');
      return inUrl;
    }
    return value;
  };
  return {
    pick,
    warnOfReplaced: () => {
      if (url === undefined || replaced.length === 0) return;
      settings.warn(`${url} in the environment replaces ${replaced.join(', ')} of config.json`);
    },
  };
}

/**
 * The URL to use, if any: a host of a higher source replaces a URL as a whole. `url` and `host` are the options.
 */
export function urlInUse<Name extends OptionName>(
  settings: Settings,
  url: Name,
  host: OptionName,
): Name | undefined {
  if (!settings.given(url)) return undefined;
  if (settings.given(host) && compareSources(settings, host, url) > 0) {
    settings.warn(`${host} in the environment replaces ${url} of config.json`);
    return undefined;
  }
  return url;
}

/** Above 0 when the first option comes from a higher source than the second; 0 when from the same. */
export function compareSources(settings: Settings, one: OptionName, other: OptionName): number {
  const rank = { default: 0, 'config.json': 1, environment: 2 };
  return rank[settings.sourceOf(one)] - rank[settings.sourceOf(other)];
}
