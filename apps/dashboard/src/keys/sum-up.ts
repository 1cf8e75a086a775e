import type { FleetStatus, KeySummary, KeyTypeStatus, TrimForecast } from '@redis-to-mongo/mongo-sink';
import { behindMs } from './key-status.js';

/** Keys that are furthest behind, and newest errors, that are told one by one. */
const BACKLOGS = 10;
const ERRORS = 20;

/** Sums over all keys, with what only the dashboard tells. */
export interface FleetSums extends FleetStatus {
  /** The oldest of what keys are behind, in ms: see behindMs. */
  readonly behindMs: number;
  /** Keys whose last job failed, by the class of the error, most first. */
  readonly errorClasses: readonly { readonly errorClass: string; readonly keys: number }[];
}

/** The sums, and which streams are about to lose entries that were not read, the most urgent first. */
export type FleetReading = FleetSums & { readonly forecasts: readonly TrimForecast[] };

type Sums = { -readonly [Name in keyof KeyTypeStatus]: KeyTypeStatus[Name] };

/** @param some reads keys as they are now: for the messages of errors, which summaries of all keys leave out. */
export async function sumUp(
  keys: Iterable<KeySummary>,
  at: Date,
  some: (keys: readonly string[]) => Promise<ReadonlyMap<string, KeySummary>>,
): Promise<FleetSums> {
  const types = new Map<string, Sums>();
  const behind: KeySummary[] = [];
  const failing: KeySummary[] = [];
  const classes = new Map<string, number>();
  let oldest = 0;
  for (const key of keys) {
    const sums = types.get(key.keyType) ?? noSums(key.keyType);
    types.set(key.keyType, sums);
    add(sums, key);
    if (key.lag > 0) {
      behind.push(key);
      oldest = Math.max(oldest, behindMs(key, at.getTime()) ?? 0);
    }
    if (key.error) {
      failing.push(key);
      classes.set(key.error.errorClass, (classes.get(key.error.errorClass) ?? 0) + 1);
    }
  }
  const newest = failing.sort((a, b) => (b.error?.at ?? 0) - (a.error?.at ?? 0)).slice(0, ERRORS);
  const full = await some(newest.map(({ key }) => key));
  return {
    at,
    behindMs: oldest,
    errorClasses: [...classes]
      .map(([errorClass, number]) => ({ errorClass, keys: number }))
      .sort((a, b) => b.keys - a.keys),
    types: [...types.values()].sort((a, b) => (a.keyType < b.keyType ? -1 : 1)),
    backlogs: behind
      .sort((a, b) => b.lag - a.lag)
      .slice(0, BACKLOGS)
      .map(({ key, lag, seen }) => ({ key, lag, seen })),
    errors: newest.flatMap(({ key }) => {
      const error = full.get(key)?.error;
      return error ? [{ key, code: error.code, message: error.message ?? '', at: new Date(error.at) }] : [];
    }),
  };
}

function noSums(keyType: string): Sums {
  return {
    keyType,
    keys: 0,
    active: 0,
    deleted: 0,
    seen: 0,
    written: 0,
    alreadyThere: 0,
    dead: 0,
    gap: 0,
    lag: 0,
    failing: 0,
    paused: 0,
  };
}

function add(sums: Sums, key: KeySummary): void {
  sums.keys += 1;
  sums[key.status] += 1;
  sums.seen += key.seen;
  sums.written += key.written;
  sums.alreadyThere += key.alreadyThere;
  sums.dead += key.dead;
  sums.gap += key.gap;
  sums.lag += key.lag;
  if (key.error) sums.failing += 1;
  if (key.paused) sums.paused += 1;
}
