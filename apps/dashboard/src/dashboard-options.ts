import type { HealthRoutesOptions, Logger } from '@redis-to-mongo/app-shell';
import type { FleetProcess, JobQueue } from '@redis-to-mongo/job-queue';
import type { Account } from './auth/account.js';
import type { LoginLimiter } from './auth/login-limiter.js';
import type { SessionCookie } from './auth/session-cookie.js';
import type { Sessions } from './auth/sessions.js';
import type { RunAction } from './keys/key-action.js';
import type { KeyDetailSources } from './keys/key-detail.js';
import type { KeyList, KeyListSources } from './keys/key-list.js';
import type { ReadKeyValues } from './keys/key-values.js';
import type { LetterSources } from './letters/letters-of.js';
import type { DescribedOptions } from './pages/configuration-page.js';
import type { Site } from './pages/layout.js';
import type { Records } from './records/records.js';
import type { FleetPoller } from './status/fleet-poller.js';

export interface DashboardOptions {
  readonly account: Account;
  /** A BullMQ queue, as Bull Board takes it. */
  readonly queue: ReturnType<JobQueue['forBoard']>;
  readonly poller: FleetPoller;
  /** Schedulers and workers, including those that ended lately. */
  readonly readProcesses: () => Promise<readonly FleetProcess[]>;
  readonly keys: KeyDetailSources & KeyListSources & { readonly readValues: ReadKeyValues };
  readonly runAction: RunAction;
  readonly letters: LetterSources;
  /** Who did what. */
  readonly records: Records;
  /** Whether pages show what keys and dead letters hold. */
  readonly showValues: boolean;
  readonly health: HealthRoutesOptions;
  readonly readOnly: boolean;
  readonly logger: Logger;
  /** Addresses of proxies whose X-Forwarded-* headers count. */
  readonly trustedProxies: readonly string[];
  /** The path below which a proxy serves the dashboard: empty, or without a slash at its end. */
  readonly basePath: string;
  /** Where the charts of Prometheus are, if anywhere. */
  readonly grafanaUrl: string | undefined;
  /** The effective configuration, as it may be shown. */
  readonly configuration: DescribedOptions;
  /** How long a login lasts, in ms; default 12 hours. */
  readonly sessionMs?: number;
}

/** What the routes use: the options, and the objects that the server creates from them. */
export interface Dashboard extends DashboardOptions {
  readonly sessions: Sessions;
  readonly cookie: SessionCookie;
  readonly limiter: LoginLimiter;
  readonly list: KeyList;
  readonly site: Site;
}
