import type { Progress } from '@redis-to-mongo/terminal';
import { grouped } from '@redis-to-mongo/terminal';
import { describeReport } from '../verify/verify-report.js';
import { reportTable } from './report-table.js';
import type { DemoResult } from './run-demo.js';

/** Findings told in words. */
const MAX_REPORTED = 20;

/** Prints the table, what was found, the rates, and the last line. */
export function printResult(result: DemoResult, { say, colors }: Pick<Progress, 'say' | 'colors'>): void {
  const { report, verified } = result;
  const [head, ...lines] = reportTable(report, ':info:');
  say('');
  say(colors.dim(head?.text ?? ''));
  for (const [i, { text, wrong }] of lines.entries()) {
    const painted = wrong ? colors.red(text) : text;
    say(i === lines.length - 1 ? colors.bold(painted) : painted);
  }
  say('');
  const problems = [...report.problems, ...report.perKey.flatMap(({ problems }) => problems)];
  for (const problem of problems.slice(0, MAX_REPORTED)) say(colors.red(problem));
  if (problems.length > MAX_REPORTED) say(colors.red(`… and more: ${problems.length} in all`));

  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const rate = (report.messages * 1000) / (result.writingMs + result.behindMs);
  say(
    `written in ${seconds(result.writingMs)} s, while sets were changed ${grouped(result.setChanges)} times, and other values ${grouped(result.valueChanges)} times`,
  );
  say(`all in MongoDB ${seconds(result.behindMs)} s after the last write: ${grouped(rate)} messages/s`);
  if (result.alreadyThere > 0)
    say(
      `${grouped(result.alreadyThere)} messages were written again after the kill, and found themselves already there`,
    );
  const last = `${verified ? 'verified' : 'NOT verified'}: ${describeReport(report)}`;
  say(verified ? colors.green(last) : colors.red(last));
}
