import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { withBlock } from '../src/program/with-block.js';
import { type ProvingRun, readRuns } from '../src/reliability/proving-run.js';
import { renderReliability } from '../src/reliability/render-reliability.js';

const run: ProvingRun = {
  ...{ tool: 'chaos', day: '2026-11-26', seed: 7, seconds: 1_800, node: 'v20.20.2' },
  ...{ servers: ['redis-server 7.0.15'], problems: [], faults: { 'queue killed': 2 }, entries: 1_000 },
};

describe('docs/reliability.md', () => {
  it('sums up the runs without problems, and lists the others', () => {
    const failed = { ...run, seed: 8, entries: 500, problems: ['orders: 1-0 is missing'] };
    const page = renderReliability([run, run, failed]);
    expect(page).toContain('| Entries accounted for | 2,000 |');
    expect(page).toContain('| Hours of chaos | 1.00 |');
    expect(page).toContain('| queue killed | 4 |');
    expect(page).toContain('| 2 of 3 |');
    expect(page).toContain('| 8 | 1,800 s | 2 | 500 |  |  |  | orders: 1-0 is missing |');
  });

  it('matches the recorded runs, and is not edited by hand', async () => {
    const page = await readFile(new URL('../../../docs/reliability.md', import.meta.url), 'utf8');
    expect(withBlock(page, 'runs', renderReliability(await readRuns()))).toBe(page);
  });
});
