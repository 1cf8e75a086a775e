import type { OptionName, Values } from '../options/options.js';
import type { Settings } from '../settings.js';

/** Reads options for parts that a URL may also contain. */
export interface BesideUrl {
  /**
   * The value to use; undefined if neither the option nor the URL has one. The higher source wins. In the
   * same source, the option may add what the URL leaves out; contradicting the URL is a problem.
   */
  readonly pick: <Name extends OptionName>(
    name: Name,
    inUrl: Values[Name] | undefined,
  ) => Values[Name] | undefined;
  /** Adds one warning that lists all options that a URL of a higher source replaced. */
  readonly warnOfReplaced: () => void;
}

/** @param url the option that holds the URL in use; undefined if no URL is in use. */
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

/** The option that holds the URL to use, if any. A host from a higher source replaces the whole URL. */
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

/**
 * Above 0 if the first option comes from a higher source than the second; 0 if both come from the same
 * source.
 */
export function compareSources(settings: Settings, one: OptionName, other: OptionName): number {
  const rank = { default: 0, 'config.json': 1, environment: 2 };
  return rank[settings.sourceOf(one)] - rank[settings.sourceOf(other)];
}
