import type { AppContext } from '@redis-to-mongo/app-shell';
import type { ProcessPlan } from './plan-fleet.js';
import { LinePrefixer } from './prefix-lines.js';
import { SupervisedProcess } from './supervised-process.js';

/** The error that ends the fleet when a process is not restarted. */
class FleetError extends Error {
  override readonly name = 'FleetError';
  readonly code = 'PROCESS_GIVEN_UP';
  readonly errorClass: 'configuration' | 'unknown';

  constructor(why: string, isConfiguration: boolean) {
    super(`${why}; the others are stopped`);
    this.errorClass = isConfiguration ? 'configuration' : 'unknown';
  }
}

/** When one process is ended by force, the others get this long, in ms. */
const LEFT_MS = 1_000;

/**
 * Starts the processes and keeps them running, until the app is stopped or a process cannot be kept running.
 */
export function superviseFleet(app: AppContext, plans: readonly ProcessPlan[]) {
  const { logger, closers, fail } = app;
  const isColored = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const prefixer = new LinePrefixer(
    plans.map(({ name }) => name),
    isColored,
  );
  const processes = plans.map(
    (plan) =>
      new SupervisedProcess(plan, {
        logger,
        write: (stream, line) => process[stream].write(prefixer.line(plan.name, line)),
        onGivenUp: (why, isConfiguration) => fail(new FleetError(why, isConfiguration)),
      }),
  );
  process.on('exit', () => {
    for (const each of processes) each.kill();
  });
  closers.add('the fleet', (remainingMs) =>
    Promise.all(processes.map((each) => each.stop(Math.max(0, remainingMs - LEFT_MS)))),
  );
  for (const each of processes) each.start();
  logger.info('the fleet has started', { processes: plans.map(({ name }) => name) });
  return {
    signal: (signal: NodeJS.Signals): void => {
      for (const each of processes) each.signal(signal);
    },
  };
}
