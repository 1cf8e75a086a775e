import { isObject } from '@redis-to-mongo/pipeline';
import type { SourceName } from './source-name.js';

/**
 * The format of everything that the fleet stores in queue and target. A version that stores data which
 * earlier versions would misread increases it. Earlier versions then refuse to start.
 */
export const FORMAT = 1;

/** The mark of a fleet in its queue and target. */
export interface FleetMark {
  readonly format: number;
  /** A random id from the fleet's first start; the same in the queue and in the target. */
  readonly id: string;
  readonly source: SourceName;
  /** The ids of the source's servers when they were last seen: see serverIds. */
  readonly servers: readonly string[];
  readonly target: TargetName;
}

export interface TargetName {
  readonly db: string;
  readonly hosts: readonly string[];
}

/** A mark that cannot be compared: a newer version wrote it, or it is not valid. */
export type UnreadableMark = 'newer' | 'damaged';

/** A stored mark; `undefined` if there is none. */
export type StoredMark = FleetMark | UnreadableMark | undefined;

/** Parses a stored mark. Marks of version 0.2 and earlier have no format, which means format 1. */
export function parseMark(value: unknown): StoredMark {
  if (value === undefined) return undefined;
  if (!isObject(value)) return 'damaged';
  const { format = 1, id, source, servers, target } = value;
  if (typeof format !== 'number') return 'damaged';
  if (format > FORMAT) return 'newer';
  if (typeof id !== 'string' || !isTexts(servers) || !isSource(source) || !isTarget(target)) return 'damaged';
  return { format, id, source, servers, target };
}

export function parseMarkText(text: string | undefined): StoredMark {
  try {
    return text === undefined ? undefined : parseMark(JSON.parse(text));
  } catch {
    return 'damaged';
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isSource(value: unknown): value is SourceName {
  return (
    isObject(value) &&
    (value.kind === 'server' || value.kind === 'sentinel' || value.kind === 'cluster') &&
    isTexts(value.hosts) &&
    typeof value.db === 'number' &&
    (value.master === undefined || typeof value.master === 'string')
  );
}

function isTarget(value: unknown): value is TargetName {
  return isObject(value) && typeof value.db === 'string' && isTexts(value.hosts);
}
