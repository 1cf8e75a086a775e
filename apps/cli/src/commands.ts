import type { Declare } from './command.js';

/** A command as the overview shows it. */
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
    summary: 'how far the mirror is, what was lost, errors, queue and workers',
    load: async () => (await import('./commands/status.js')).status,
  },
  {
    name: 'workers',
    summary: 'schedulers and workers: where they run, since when, what they do',
    load: async () => (await import('./commands/workers.js')).workers,
  },
  {
    name: 'keys',
    summary: 'the keys with how far they are: filter, sort',
    load: async () => (await import('./commands/keys.js')).keys,
  },
  {
    name: 'explain',
    summary: 'everything about one key',
    load: async () => (await import('./commands/explain.js')).explain,
  },
  {
    name: 'gaps',
    summary: 'entries that Redis dropped before they were read',
    load: async () => (await import('./commands/gaps.js')).gaps,
  },
  {
    name: 'dead-letters',
    summary: 'records that MongoDB refused: list, show, replay, drop',
    load: async () => (await import('./commands/dead-letters.js')).deadLetters,
  },
  {
    name: 'plan',
    summary: 'what the configuration would sync, and where to; writes nothing',
    load: async () => (await import('./commands/plan.js')).plan,
  },
  {
    name: 'once',
    summary: 'syncs everything that is there now, and ends: needs no running fleet',
    load: async () => (await import('./commands/once.js')).once,
  },
  {
    name: 'sync',
    summary: 'asks the fleet to sync keys now',
    load: async () => (await import('./commands/sync.js')).sync,
  },
  {
    name: 'resync',
    summary: 'begins the next incarnation of a key: all of it is read again',
    load: async () => (await import('./commands/resync.js')).resync,
  },
  {
    name: 'pause',
    summary: 'has keys rest: they are not read until resume',
    load: async () => (await import('./commands/pause.js')).pause,
  },
  {
    name: 'resume',
    summary: 'ends the rest of keys, and has them synced now',
    load: async () => (await import('./commands/resume.js')).resume,
  },
  {
    name: 'forget',
    summary: 'removes what MongoDB knows of keys that are gone',
    load: async () => (await import('./commands/forget.js')).forget,
  },
  {
    name: 'verify',
    summary: 'compares Redis with MongoDB, byte for byte; --repair mends',
    load: async () => (await import('./commands/verify.js')).verify,
  },
  {
    name: 'restore',
    summary: 'writes the mirror back into a Redis',
    load: async () => (await import('./commands/restore.js')).restore,
  },
  {
    name: 'doctor',
    summary: 'checks servers, privileges, settings and patterns; each finding with its remedy',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  {
    name: 'history',
    summary: 'how the fleet, or a key, was: over an hour, a day, a week',
    load: async () => (await import('./commands/history.js')).history,
  },
  {
    name: 'audit',
    summary: 'who did what: by the page or by commands',
    load: async () => (await import('./commands/audit.js')).audit,
  },
  {
    name: 'fleet',
    summary: 'which source and target the queue is for; move: those of this configuration, from now on',
    load: async () => (await import('./commands/fleet.js')).fleet,
  },
  {
    name: 'adopt',
    summary: 'takes over what the engine before this one left in MongoDB; --write does it',
    load: async () => (await import('./commands/adopt.js')).adopt,
  },
  {
    name: 'config',
    summary: 'the effective configuration, with the source of each value',
    load: async () => (await import('./commands/config.js')).config,
  },
  {
    name: 'completion',
    summary: 'shell completion for bash or zsh',
    load: async () => (await import('./commands/completion.js')).completion,
  },
];
