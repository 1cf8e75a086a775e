import { DATA_FAULTS } from './break-data.js';
import { FLEET_FAULTS } from './break-fleet.js';
import { SERVER_FAULTS } from './break-servers.js';

/** The faults of a run. */
export const FAULTS = { ...DATA_FAULTS, ...FLEET_FAULTS, ...SERVER_FAULTS };

export type FaultKind = keyof typeof FAULTS;

export const FAULT_KINDS = Object.keys(FAULTS).filter((name): name is FaultKind =>
  Object.hasOwn(FAULTS, name),
);

/**
 * Faults that remove written data from MongoDB. Work in progress may then need `verify
 * --repair`, so they are opt-in.
 */
export const TARGET_LOSSES: ReadonlySet<FaultKind> = new Set(['MongoDB dropped', 'MongoDB set back']);
