import type { Declare } from './command.js';

/** A command in the overview. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Imports the rest when the command is used: with all drivers, `--help` would take a second. */
  load(): Promise<Declare>;
}

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'status',
    summary: 'shows progress, losses, errors, the queue and the workers',
    load: async () => (await import('./commands/status.js')).status,
  },
  {
    name: 'workers',
    summary: 'lists schedulers and workers: host, start time, current work',
    load: async () => (await import('./commands/workers.js')).workers,
  },
  {
    name: 'keys',
    summary: 'lists keys and their progress, filtered and sorted',
    load: async () => (await import('./commands/keys.js')).keys,
  },
  {
    name: 'explain',
    summary: 'shows everything about one key',
    load: async () => (await import('./commands/explain.js')).explain,
  },
  {
    name: 'gaps',
    summary: 'lists entries that Redis dropped before they were read',
    load: async () => (await import('./commands/gaps.js')).gaps,
  },
  {
    name: 'dead-letters',
    summary: 'lists, shows, replays or drops the records that MongoDB refused',
    load: async () => (await import('./commands/dead-letters.js')).deadLetters,
  },
  {
    name: 'plan',
    summary: 'shows what the configuration would sync; writes nothing',
    load: async () => (await import('./commands/plan.js')).plan,
  },
  {
    name: 'once',
    summary: 'syncs all current keys and exits; needs no running fleet',
    load: async () => (await import('./commands/once.js')).once,
  },
  {
    name: 'sync',
    summary: 'asks the fleet to sync keys now',
    load: async () => (await import('./commands/sync.js')).sync,
  },
  {
    name: 'resync',
    summary: 'starts the next incarnation of a key: reads all of it again',
    load: async () => (await import('./commands/resync.js')).resync,
  },
  {
    name: 'pause',
    summary: 'pauses keys: they are not read until resume',
    load: async () => (await import('./commands/pause.js')).pause,
  },
  {
    name: 'resume',
    summary: 'resumes paused keys, and syncs them now',
    load: async () => (await import('./commands/resume.js')).resume,
  },
  {
    name: 'forget',
    summary: 'removes deleted keys from MongoDB',
    load: async () => (await import('./commands/forget.js')).forget,
  },
  {
    name: 'verify',
    summary: 'compares Redis with MongoDB, byte for byte; --repair fixes differences',
    load: async () => (await import('./commands/verify.js')).verify,
  },
  {
    name: 'restore',
    summary: 'writes the mirror back to a Redis server',
    load: async () => (await import('./commands/restore.js')).restore,
  },
  {
    name: 'doctor',
    summary: 'checks servers, privileges, settings and patterns, and suggests remedies',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  {
    name: 'history',
    summary: 'shows the history of the fleet or of a key: an hour, a day, a week',
    load: async () => (await import('./commands/history.js')).history,
  },
  {
    name: 'audit',
    summary: 'lists actions of operators, on the dashboard and by commands',
    load: async () => (await import('./commands/audit.js')).audit,
  },
  {
    name: 'fleet',
    summary: 'shows which source and target the queue belongs to; move changes them',
    load: async () => (await import('./commands/fleet.js')).fleet,
  },
  {
    name: 'adopt',
    summary: 'takes over the data of the previous engine in MongoDB; --write does it',
    load: async () => (await import('./commands/adopt.js')).adopt,
  },
  {
    name: 'config',
    summary: 'shows the effective configuration, and the source of each value',
    load: async () => (await import('./commands/config.js')).config,
  },
  {
    name: 'completion',
    summary: 'prints shell completion for bash or zsh',
    load: async () => (await import('./commands/completion.js')).completion,
  },
];
