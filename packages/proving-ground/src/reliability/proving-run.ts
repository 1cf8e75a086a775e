import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { membersOf } from '@redis-to-mongo/pipeline';
import { withBlock } from '../program/with-block.js';
import { renderReliability } from './render-reliability.js';

/** What one run of a tool has shown, as docs/reliability.json keeps it. */
export interface ProvingRun {
  readonly tool: 'chaos' | 'soak' | 'fuzz';
  /** The day, such as `2026-11-26`. */
  readonly day: string;
  readonly seed: number;
  readonly seconds: number;
  /** Such as `v20.20.2`. */
  readonly node: string;
  /** What ran, such as `redis-server 7.0.15 from PATH`. */
  readonly servers: readonly string[];
  /** What was found wrong, in words; such a run counts for nothing but this. */
  readonly problems: readonly string[];
  /** How often each fault came. */
  readonly faults?: Readonly<Record<string, number>>;
  /** Entries of streams that were written, each of which was accounted for. */
  readonly entries?: number;
  /** Changes of values, each of which made a state that they really had. */
  readonly states?: number;
  /** Times that the verdict was "complete" and held against what was written. */
  readonly verdicts?: number;
  /** Random inputs, by what they were. */
  readonly inputs?: Readonly<Record<string, number>>;
}

const records = fileURLToPath(new URL('../../../../docs/reliability.json', import.meta.url));
const page = fileURLToPath(new URL('../../../../docs/reliability.md', import.meta.url));

/** Adds a run to docs/reliability.json, and renews docs/reliability.md. */
export async function recordRun(run: Omit<ProvingRun, 'day' | 'node'>): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const runs = [...(await readRuns()), { ...run, day, node: process.version }];
  await writeFile(records, `${JSON.stringify(runs, null, 2)}\n`);
  await writeFile(page, withBlock(await readFile(page, 'utf8'), 'runs', renderReliability(runs)));
}

/** The runs that were recorded. */
export async function readRuns(): Promise<readonly ProvingRun[]> {
  const found: unknown = JSON.parse(await readFile(records, 'utf8'));
  if (!Array.isArray(found) || !found.every(isRun)) throw new TypeError(`${records} is damaged`);
  return found;
}

function isRun(value: unknown): value is ProvingRun {
  const { tool, seconds, problems, servers } = membersOf(value);
  return tool !== undefined && seconds !== undefined && Array.isArray(problems) && Array.isArray(servers);
}

/** What `npm run docs` writes into docs/reliability.md. */
export async function renderRuns(): Promise<Readonly<Record<string, string>>> {
  return { runs: renderReliability(await readRuns()) };
}
