import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { grouped } from '@redis-to-mongo/terminal';
import { CHAOS_HELP, type ChaosOptions, parseChaosOptions } from './chaos/chaos-options.js';
import { type ChaosReport, chaosLines, chaosRows } from './chaos/chaos-report.js';
import { runChaos } from './chaos/run-chaos.js';
import { runProgram } from './program/run-program.js';
import { ProvingError } from './proving-error.js';
import { recordRun } from './reliability/proving-run.js';

await runProgram<ChaosOptions, ChaosReport>({
  name: 'chaos',
  help: CHAOS_HELP,
  parse: parseChaosOptions,
  run: async (options, context) => {
    try {
      return await runChaos(options, context);
    } catch (error) {
      // A mirror that does not settle has no report, and is no less a problem.
      if (options.record && error instanceof ProvingError && error.code === 'PROVING_STALLED')
        await recordRun({
          tool: 'chaos',
          seed: options.seed,
          seconds: options.seconds,
          servers: [],
          problems: [error.message],
        });
      throw error;
    }
  },
  lines: chaosLines,
  onReport: async (report, { writeDocs, record }) => {
    if (writeDocs) await writeChaosPage(report);
    if (record)
      await recordRun({
        tool: 'chaos',
        seed: report.seed,
        seconds: report.seconds,
        servers: report.servers,
        problems: report.problems,
        faults: report.faults,
        entries: report.entries,
        states: report.valueChanges,
        verdicts: report.verdicts.checked,
      });
  },
});

const page = new URL('../../../../docs/chaos.md', import.meta.url);

/** Writes docs/chaos.md: the run as this machine had it. */
async function writeChaosPage(report: ChaosReport): Promise<void> {
  await writeFile(fileURLToPath(page), renderChaosPage(report, machine()));
}

/** The page. @param machine where the run was made, in a line. */
function renderChaosPage(report: ChaosReport, machine: string): string {
  const hasLosses = 'MongoDB dropped' in report.faults || 'MongoDB set back' in report.faults;
  const losses = hasLosses ? ' --target-losses' : '';
  const faults = Object.entries(report.faults).sort(([a], [b]) => (a < b ? -1 : 1));
  return `# Chaos

<!-- Written by \`npm run chaos -- --write-docs\`: run it to update the page. -->

Two schedulers and ${report.workers} workers, the built apps as processes, mirror ${report.streams} streams and ${report.values} values. Meanwhile ${report.rate} entries
per second are written, and faults of every kind are injected. Every other worker takes the direct path, the rest the ordinary
one. At the end, the writer's own record, Redis and MongoDB are compared, entry by entry and byte by byte:

- Each written entry is in MongoDB once, as a message or as a dead letter. If Redis dropped it before it was read, it is counted as a gap.
  Nothing else is there, and nothing is out of order.
- For each key: seen = written + already there + dead letters. For each stream: seen + gaps = written to Redis, except streams
  that were deleted unread, or deleted, created again and trimmed before they were read again. The fleet cannot know these gaps fully.
  Streams that were read from the start again, because MongoDB was dropped or set back, count what they found there once more.
- Each value is equal, byte by byte. Each of its states seen in MongoDB during the run is one that Redis had, and never an older one
  after a newer one.
- The verdict, queried every second, was never "complete" while a change older than ten seconds was missing. (Losses and refusals within the
  hour are ignored here, since a run causes them on purpose.) An idle mirror was called complete within a minute.
- In all checks during the run, no position, revision or incarnation went back, and no key's document disappeared.
- No process ended by itself, none is left over, and none used more memory than its limit.

Some streams and values are under rules: with the shape \`document\`, their own ids, renamed and parsed fields.
An XADD without an answer, because Redis was killed meanwhile, is looked up in Redis afterward.

\`npm run chaos -- --seconds ${report.seconds} --seed ${report.seed}${losses}\` repeats the plan of this run. A run of one minute is part of \`npm test\`.

| | |
| --- | --- |
| Result | ${report.ok ? 'passed' : `**${report.problems.length} problems**`} |
| Seed, length | ${report.seed}, ${report.seconds} s |
| Machine | ${machine} |
| Servers | ${report.servers.join('; ')} |${optionsRow(report)}

| Counted | |
| --- | ---: |
${chaosRows(report)
  .map(([what, count]) => `| ${what} | ${grouped(count)} |`)
  .join('\n')}

| Fault | Times |
| --- | ---: |
${faults.map(([kind, times]) => `| ${kind} | ${times} |`).join('\n')}
`;
}

function optionsRow(report: ChaosReport): string {
  const given = Object.entries(report.with).map(([name, value]) => `\`${name}=${value}\``);
  return given.length === 0 ? '' : `\n| Options | ${given.join(', ')} |`;
}

function machine(): string {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all.length} × ${all[0]?.model.trim() ?? 'processor'}, ${memory} GiB, Node ${process.versions.node}, ${process.platform}`;
}
