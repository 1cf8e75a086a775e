import { SyncError } from '@redis-to-mongo/pipeline';
import type { Source } from './config.js';

/** One mistake in the configuration. */
export interface Problem {
  /** The option, or the unknown name. */
  readonly option: string;
  readonly source: Source | 'command line';
  /** The value for display: masked if it is or may contain a secret. */
  readonly value?: string;
  readonly problem: string;
  readonly remedy: string;
}

/**
 * The configuration is invalid. Code `CONFIG_INVALID`, class `configuration`. `problems` lists all mistakes;
 * the message has one line for each. It never has a cause, because parser errors quote what they read, which
 * may be a secret.
 */
export class ConfigError extends SyncError {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly Problem[]) {
    super('CONFIG_INVALID', 'configuration', messageOf(problems));
  }
}

function messageOf(problems: readonly Problem[]): string {
  const rows = problems.map(({ option, source, value }) => [option, source, value ?? '']);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = problems.map(({ problem, remedy }, index) => {
    const cells = widths.map((width, column) => (rows[index]?.[column] ?? '').padEnd(width));
    const place = cells.filter((_, column) => (widths[column] ?? 0) > 0).join('  ');
    return `  ${place}  ${problem}: ${remedy}`;
  });
  const count = problems.length === 1 ? 'is 1 problem' : `are ${problems.length} problems`;
  return [`There ${count} in the configuration.`, ...lines].join('\n');
}
