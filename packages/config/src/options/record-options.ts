import { decimal } from '../option.js';

/** What the fleet keeps of itself in MongoDB, beside the mirror. */
export const RECORD_OPTIONS = {
  HISTORY_KEEP_DAYS: decimal({
    doc: 'How long samples of the fleet are kept, one a minute, in `history`; those of single keys in `key_history`. A change is for what is written from then on.',
    default: 14,
    above: 0,
    unit: 'days',
  }),
  AUDIT_KEEP_DAYS: decimal({
    doc: 'How long it is kept who did what, by the page or a command, in `audit`. 0 is for ever. A change is for what is written from then on.',
    default: 365,
    min: 0,
    unit: 'days',
  }),
};
