import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import { type KeyStatus, keyStatus } from '../../keys/key-status.js';
import { type Html, html } from '../html.js';

const TONES: Readonly<Record<KeyStatus, string>> = {
  deleted: 'idle',
  paused: 'busy paused',
  quarantined: 'bad',
  failing: 'bad',
  'catching up': 'busy',
  'dead letters': 'bad',
  'in step': 'good',
};

export function statusMark(key: KeySummary): Html {
  const status = keyStatus(key);
  return html`<span class="mark ${TONES[status]}">${status === 'in step' ? 'in sync' : status}</span>`;
}
