import { isObject } from '@redis-to-mongo/pipeline';
import type { Logger } from '../log/logger.js';
import type { AppSettings } from './run-app.js';

/** An option whose value has changed; both values are masked for display. */
export interface OptionChange {
  readonly option: string;
  readonly from: string;
  readonly to: string;
}

/** The options that an app applies without a restart, and how. */
export interface ReloadHandler<Settings> {
  /** The names of the options. A change of any other option waits for a restart, unless it is unused. */
  readonly options: readonly string[];
  /** Whether the app does not use an option: a change of it is for other apps. Default: it uses all. */
  readonly isUnused?: (option: string) => boolean;
  /** @param next the new configuration, checked as at the start. Use only the parts for the options above. */
  readonly apply: (next: Settings, changed: ReadonlySet<string>) => Promise<void> | void;
}

interface ReloadingOptions<Settings extends AppSettings> {
  readonly load: () => Settings | Promise<Settings>;
  readonly changes?: (before: Settings, next: Settings) => readonly OptionChange[];
  readonly logger: Logger;
  readonly settings: Settings;
}

/** The option that every app applies without a restart. */
const LEVEL = 'LOG_LEVEL';

/** Reloads the configuration while the app runs. An invalid configuration changes nothing. */
export class Reloading<Settings extends AppSettings> {
  /**
   * The configuration that was read last. The app may still run with older values of options that need a
   * restart.
   */
  #last: Settings;
  #handler: ReloadHandler<Settings> | undefined;
  #isBegun = false;
  #isAsked = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: ReloadingOptions<Settings>) {
    this.#last = options.settings;
  }

  /** Reports that the app is running. A reload that was requested during the start runs now. */
  begin(handler: ReloadHandler<Settings> | undefined): void {
    this.#handler = handler;
    this.#isBegun = true;
    if (this.#isAsked) this.ask();
  }

  /** Requests a reload. Reloads run one after the other. */
  ask(): void {
    this.#isAsked = true;
    if (!this.#isBegun) return;
    this.#turn = this.#turn.then(() => this.#reload());
  }

  /** Switches the log level between debug and the configured level. */
  toggleDebug(): void {
    const { logger } = this.options;
    const level = logger.level === 'debug' ? this.#last.log.level : 'debug';
    logger.level = level;
    logger.log(level, 'log level changed by SIGUSR2', { to: level });
  }

  async #reload(): Promise<void> {
    const { load, changes, logger } = this.options;
    try {
      const next = await load();
      const all = changes?.(this.#last, next) ?? [];
      const taken = new Set([LEVEL, ...(this.#handler?.options ?? [])]);
      const now = all.filter(({ option }) => taken.has(option));
      if (now.length > 0) await this.#handler?.apply(next, new Set(now.map(({ option }) => option)));
      if (now.some(({ option }) => option === LEVEL)) logger.level = next.log.level;
      this.#last = next;
      for (const warning of next.warnings ?? []) logger.warn(warning);
      let needRestart = 0;
      for (const change of all)
        if (taken.has(change.option)) logger.info('option changed', { ...change });
        else if (this.#handler?.isUnused?.(change.option))
          logger.info('option changed: this process does not use it', { ...change });
        else {
          needRestart++;
          logger.warn('option changed: restart to apply it', { ...change });
        }
      logger.info('configuration reloaded', { changed: now.length, needRestart });
    } catch (error) {
      for (const problem of problemsOf(error)) logger.error(`configuration not reloaded: ${problem}`);
    }
  }
}

/** One text per problem, because the log folds lines with the same message. */
function problemsOf(error: unknown): readonly string[] {
  const problems = error instanceof Error && 'problems' in error ? error.problems : undefined;
  if (Array.isArray(problems) && problems.every(isProblem))
    return problems.map(({ option, problem, remedy }) => `${option} ${problem}: ${remedy}`);
  return [error instanceof Error ? error.message : String(error)];
}

function isProblem(each: unknown): each is { option: string; problem: string; remedy: string } {
  return isObject(each) && 'option' in each && 'problem' in each && 'remedy' in each;
}
