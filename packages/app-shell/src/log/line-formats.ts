import { isObject } from '@redis-to-mongo/pipeline';
import { printable, printableJson } from '@redis-to-mongo/terminal';

/** One line before it is written. Its fields are clean already. */
export interface LogLine {
  readonly time: Date;
  readonly level: string;
  readonly app: string;
  readonly msg: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * One JSON object: `{time, level, app, pid, msg, ...fields}`; time in ISO 8601, UTC. Characters that could
 * control a terminal or reverse text are escaped, because people read logs, too.
 */
export function jsonLine({ time, level, app, msg, fields }: LogLine): string {
  return printableJson({ time: time.toISOString(), level, app, pid: process.pid, msg, ...fields });
}

const COLORS: Readonly<Record<string, string>> = { error: '31', warn: '33', info: '36', debug: '90' };

/** For people: local time, level, message, then the fields as name=value; stacks on lines of their own. */
export function prettyLine({ time, level, app, msg, fields }: LogLine, colored: boolean): string {
  const paint = (code: string, text: string) => (colored ? `\u001b[${code}m${text}\u001b[0m` : text);
  const { shown, stacks } = withoutStacks(fields);
  const rest = Object.entries(shown).map(([name, value]) => `${paint('90', `${name}=`)}${asText(value)}`);
  const head = `${paint('90', clock(time))} ${paint(COLORS[level] ?? '0', level.padEnd(5))} ${paint('90', app)}`;
  return [[head, printable(msg), ...rest].join(' '), ...stacks].join('\n');
}

function clock(time: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const ms = String(time.getMilliseconds()).padStart(3, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${ms}`;
}

function withoutStacks(fields: LogLine['fields']) {
  const { stack, error, ...others } = fields;
  if (!isObject(error)) {
    return { shown: error === undefined ? others : { ...others, error }, stacks: stackLines(stack) };
  }
  const { stack: errorStack, ...rest } = error;
  return { shown: { ...others, error: rest }, stacks: [...stackLines(stack), ...stackLines(errorStack)] };
}

function stackLines(stack: unknown): readonly string[] {
  return typeof stack === 'string' ? stack.split('\n').map(printable) : [];
}

function asText(value: unknown): string {
  if (typeof value === 'string' && /^[\w.,:;/@*+-]+$/.test(value)) return value;
  return printable(JSON.stringify(value));
}
