import type { SourceName } from './source-name.js';

/** The mark of a fleet in its queue and target. */
export interface FleetMark {
  /** Made up at the fleet's first start; the same in the queue and in the target. */
  readonly id: string;
  readonly source: SourceName;
  /** What the source's servers were known by when they were seen last: see serverIds. */
  readonly servers: readonly string[];
  readonly target: TargetName;
}

export interface TargetName {
  readonly db: string;
  readonly hosts: readonly string[];
}

/** Reads a mark; `undefined` for one that is damaged, or of another version. */
export function parseMark(value: unknown): FleetMark | undefined {
  if (!isObject(value)) return undefined;
  const { id, source, servers, target } = value;
  if (typeof id !== 'string' || !isTexts(servers) || !isSource(source) || !isTarget(target)) return undefined;
  return { id, source, servers, target };
}

export function parseMarkText(text: string | undefined): FleetMark | undefined {
  try {
    return text === undefined ? undefined : parseMark(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
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
