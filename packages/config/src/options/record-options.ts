import { decimal } from '../option.js';

/** The fleet's records about itself in MongoDB, besides the mirror. */
export const RECORD_OPTIONS = {
  HISTORY_KEEP_DAYS: decimal({
    doc: 'How long samples are kept: of the fleet, one per minute, in `history`; of single keys in `key_history`. A change applies to new samples.',
    default: 14,
    above: 0,
    unit: 'days',
  }),
  AUDIT_KEEP_DAYS: decimal({
    doc: 'How long `audit` keeps the actions of operators on the dashboard and by commands. 0: forever. A change applies to new records.',
    default: 365,
    min: 0,
    unit: 'days',
  }),
};
