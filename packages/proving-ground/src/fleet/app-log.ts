/** The `http://…` address that an app's log names (field `http` of a line), or `undefined` while it does not. */
export function findAddress(log: string): string | undefined {
  for (const line of log.split('\n')) {
    const fields = parseLine(line);
    const address = fields?.http;
    if (typeof address === 'string' && URL.canParse(address)) return address;
  }
  return undefined;
}

/** The last lines of a log that say something. */
export function lastLines(log: string, count: number): string {
  return log.trimEnd().split('\n').slice(-count).join('\n') || '(empty)';
}

function parseLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // half a line: the app is writing it
  }
}
