import { readFile, writeFile } from 'node:fs/promises';
import { type BenchOptions, parseBenchOptions } from './bench/bench-options.js';
import type { BenchResult } from './bench/bench-result.js';
import { type Goal, goalsOf } from './bench/report/goals.js';
import { reportPicture } from './bench/report/picture.js';
import { reportFigures, reportText } from './bench/report/report-text.js';
import { runBench } from './bench/run-bench.js';
import { type ProgramReport, runProgram } from './program/run-program.js';
import { withBlock } from './program/with-block.js';

const PICTURE = new URL('../../../docs/assets/benchmarks.svg', import.meta.url);
const PAGE = new URL('../../../docs/benchmarks.md', import.meta.url);

/** A missed goal is not a problem of the run. The report lists it. */
type BenchReport = BenchResult & ProgramReport & { readonly goals: readonly Goal[] };

await runProgram<BenchOptions, BenchReport>({
  name: 'bench',
  parse: (args) => parseBenchOptions(args, process.env),
  run: async (options, { progress, ...context }) => {
    const result = await runBench(options, { ...context, say: (line) => progress.say(line) });
    const problems = result.failures.map((failure) => `not measured: ${failure}`);
    return { ok: problems.length === 0, problems, ...result, goals: goalsOf(result) };
  },
  lines: (report) => reportText(report).split('\n'),
  onReport: async (report, { writeDocs }) => {
    if (!writeDocs) return;
    await writeFile(PAGE, withBlock(await readFile(PAGE, 'utf8'), 'figures', reportFigures(report)));
    await writeFile(PICTURE, reportPicture(report));
  },
});
