import type { Declare } from './command.js';
import { adopt } from './commands/adopt.js';
import { audit } from './commands/audit.js';
import { completion } from './commands/completion.js';
import { config } from './commands/config.js';
import { deadLetters } from './commands/dead-letters.js';
import { doctor } from './commands/doctor.js';
import { explain } from './commands/explain.js';
import { fleet } from './commands/fleet.js';
import { forget } from './commands/forget.js';
import { gaps } from './commands/gaps.js';
import { history } from './commands/history.js';
import { keys } from './commands/keys.js';
import { once } from './commands/once.js';
import { pause } from './commands/pause.js';
import { plan } from './commands/plan.js';
import { restore } from './commands/restore.js';
import { resume } from './commands/resume.js';
import { resync } from './commands/resync.js';
import { status } from './commands/status.js';
import { sync } from './commands/sync.js';
import { verify } from './commands/verify.js';
import { workers } from './commands/workers.js';

/** All commands, in the order of the help. */
export const COMMANDS: readonly Declare[] = [
  status,
  workers,
  keys,
  explain,
  gaps,
  deadLetters,
  plan,
  once,
  sync,
  resync,
  pause,
  resume,
  forget,
  verify,
  restore,
  doctor,
  history,
  audit,
  fleet,
  adopt,
  config,
  completion,
];
