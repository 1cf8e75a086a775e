import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defined, membersOf } from '@redis-to-mongo/pipeline';
import { withBlock } from '../program/with-block.js';
import { renderReliability } from './render-reliability.js';

/** The result of one run of a tool, as stored in docs/reliability.json. */
export interface ProvingRun {
  readonly tool: 'chaos' | 'soak' | 'fuzz';
  /** The date, such as `2026-11-26`. */
  readonly day: string;
  readonly seed: number;
  readonly seconds: number;
  /** Such as `v20.20.2`. */
  readonly node: string;
  /** The servers, such as `redis-server 7.0.15 from PATH`. */
  readonly servers: readonly string[];
  /** The problems found. A run with problems adds nothing to the totals. */
  readonly problems: readonly string[];
  /** Number of times per fault. */
  readonly faults?: Readonly<Record<string, number>>;
  /** Written entries of streams, each accounted for. */
  readonly entries?: number;
  /** Changes of values. Each made a state of its own. */
  readonly states?: number;
  /** Number of "complete" verdicts that agreed with what was written. */
  readonly verdicts?: number;
  /** Number of random inputs, by kind. */
  readonly inputs?: Readonly<Record<string, number>>;
}

const records = fileURLToPath(new URL('../../../../docs/reliability.json', import.meta.url));
const page = fileURLToPath(new URL('../../../../docs/reliability.md', import.meta.url));

/** Adds a run to docs/reliability.json, and updates docs/reliability.md. */
export async function recordRun(
  tool: ProvingRun['tool'],
  report: Omit<ProvingRun, 'tool' | 'day' | 'node'>,
): Promise<void> {
  const { seed, seconds, servers, problems, faults, entries, states, verdicts, inputs } = report;
  const run = {
    tool,
    seed,
    seconds,
    servers,
    problems,
    ...defined({ faults, entries, states, verdicts, inputs }),
  };
  const day = new Date().toISOString().slice(0, 10);
  const runs = [...(await readRuns()), { ...run, day, node: process.version }];
  await writeFile(records, `${JSON.stringify(runs, null, 2)}\n`);
  await writeFile(page, withBlock(await readFile(page, 'utf8'), 'runs', renderReliability(runs)));
}

/** Reads the recorded runs. @throws TypeError if the file is damaged. */
export async function readRuns(): Promise<readonly ProvingRun[]> {
  const found: unknown = JSON.parse(await readFile(records, 'utf8'));
  if (!Array.isArray(found) || !found.every(isRun)) throw new TypeError(`${records} is damaged`);
  return found;
}

function isRun(value: unknown): value is ProvingRun {
  const { tool, seconds, problems, servers } = membersOf(value);
  return tool !== undefined && seconds !== undefined && Array.isArray(problems) && Array.isArray(servers);
}

/** The generated blocks of docs/reliability.md, by name. */
export async function renderRuns(): Promise<Readonly<Record<string, string>>> {
  return { runs: renderReliability(await readRuns()) };
}
