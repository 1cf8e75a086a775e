import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { grouped } from '@redis-to-mongo/terminal';
import { type ChaosReport, chaosRows } from './chaos-report.js';

const page = new URL('../../../../docs/chaos.md', import.meta.url);

/** Writes docs/chaos.md: the run as this machine had it. */
export async function writeChaosPage(report: ChaosReport): Promise<void> {
  await writeFile(fileURLToPath(page), renderChaosPage(report, machine()));
}

/** The page. @param machine where the run was made, in a line. */
function renderChaosPage(report: ChaosReport, machine: string): string {
  const faults = Object.entries(report.faults).sort(([a], [b]) => (a < b ? -1 : 1));
  return `# Chaos

<!-- Written by \`npm run chaos -- --write-docs\`: run it to renew the page. -->

Two schedulers and ${report.workers} workers, the built apps as processes, mirror ${report.streams} streams and ${report.values} values, while ${report.rate} entries a
second are written and everything that can break is broken. Every other worker takes the direct path, those between the
ordinary one. Then the writer's own record, Redis and MongoDB are
compared, entry by entry and byte by byte:

- each entry that was ever written is in MongoDB once, as a message or as a dead letter, or Redis dropped it before it
  was read, and then it is counted as a gap; nothing is there that nobody wrote, and nothing is out of order;
- what was on its way between its write and the save of its position, as MongoDB was dropped or set back, is found by \`verify --repair\`, and
  counted; everything else comes back by itself;
- seen = written + already there + dead letters, for each key; seen + gaps = written to Redis, for each stream that was not
  deleted unread, nor deleted, made anew and trimmed before it was read again: gaps are counted as far as the fleet can know of them;
- each value is equal, byte by byte; each state of them that was met in MongoDB while things broke is one
  that Redis had, and never an older one after a newer;
- the verdict on the mirror, asked for every second, was never "complete" while a change of ten seconds ago was missing, whatever else
  it said of losses and refusals within the hour, which a run makes on purpose; and a mirror at rest was called complete within a minute;
- no position, revision or incarnation ever went back, and no key's document vanished, in all looks while things broke;
- no process ended by itself, none is left over, and none held more memory than its bound.

Streams and values under rules are among them, in the shape of documents, with ids, names and parsed fields of their own.
Every XADD that was not answered, because Redis was killed meanwhile, is looked up in Redis afterward.

\`npm run chaos -- --seconds ${report.seconds} --seed ${report.seed}\` replays the plan of this run. A run of a minute is part of \`npm test\`.

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
