import type { VerdictLevel } from '@redis-to-mongo/fleet-status';
import type { Html } from './html.js';

/** What all pages behind the login report about the dashboard itself. */
export interface Site {
  readonly readOnly: boolean;
  readonly version: string;
  readonly startedAt: Date;
  /** Where the charts of Prometheus are, if anywhere. */
  readonly grafanaUrl: string | undefined;
  /** How the mirror was when it was read last; `undefined` before that. */
  health(): VerdictLevel | undefined;
  /** The verdict of that reading in a sentence, with what to do. */
  headline(): Html | undefined;
}
