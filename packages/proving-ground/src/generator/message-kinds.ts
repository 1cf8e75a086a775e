import type { Buffer } from 'node:buffer';
import { oneOf, type Random, randomBytes, wholeFrom } from './random.js';

/** An entry's fields as XADD takes them: name, value, name, value, … */
export type Fields = (string | Buffer)[];

/** Makes the fields of the nth message of a stream. */
type MessageMaker = (random: Random, n: number) => Readonly<Record<string, string | Buffer>>;

const FIRST_NAMES = [
  'Ada',
  'Björn',
  'Chloé',
  'Dmitri',
  'Emre',
  'Fatima',
  'Grace',
  '浩',
  'Ines',
  'Joaquín',
] as const;
const CITIES = ['Berlin', 'Oslo', 'Lagos', 'Lima', 'Kyōto', 'São Paulo', 'Toronto', 'Zürich'] as const;
const PRODUCTS = [
  'kettle',
  'lamp',
  'desk',
  'chair',
  'rug',
  'clock',
  'shelf',
  'mug',
  'plant',
  'radio',
] as const;

const order: MessageMaker = (random, n) => ({
  orderId: `ord-${hex(random, 12)}`,
  customer: `cus-${wholeFrom(random, 1, 90_000)}`,
  status: oneOf(random, ['created', 'paid', 'packed', 'shipped', 'delivered']),
  total: (random() * 400).toFixed(2),
  items: JSON.stringify([
    { sku: `${oneOf(random, PRODUCTS)}-${n % 97}`, quantity: wholeFrom(random, 1, 4) },
    { sku: `${oneOf(random, PRODUCTS)}-${n % 89}`, quantity: wholeFrom(random, 1, 4) },
  ]),
});

const user: MessageMaker = (random, n) => ({
  userId: `usr-${wholeFrom(random, 1, 90_000)}`,
  event: oneOf(random, ['registered', 'logged-in', 'changed-email', 'logged-out']),
  name: `${oneOf(random, FIRST_NAMES)} ${hex(random, 6)}`,
  city: oneOf(random, CITIES),
  agent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1${n % 40}.0 Safari/537.36`,
});

/** Every 50th message has a raw frame: bytes that are not text. */
const sensor: MessageMaker = (random, n) => ({
  device: `dev-${String(wholeFrom(random, 1, 400)).padStart(4, '0')}`,
  'temperature.c': (18 + random() * 9).toFixed(3),
  humidity: (30 + random() * 40).toFixed(2),
  firmware: `7.${n % 12}.${n % 5}+${hex(random, 8)}`,
  frame: n % 50 === 0 ? randomBytes(random, 96) : hex(random, 96),
});

const audit: MessageMaker = (random, n) => ({
  actor: `svc-${oneOf(random, ['billing', 'web', 'mobile', 'batch'])}`,
  action: oneOf(random, ['create', 'update', 'delete', 'export']),
  object: `obj-${hex(random, 16)}`,
  trace: `00-${hex(random, 32)}-${hex(random, 16)}-01`,
  reason: `rule ${n % 30} of policy ${hex(random, 4)} applied by the gateway in ${wholeFrom(random, 1, 90)} ms`,
});

/** The kinds of services whose messages are imitated: about 5 fields and 200 bytes per message. */
const MESSAGE_KINDS = { order, user, sensor, audit } as const;

export type MessageKind = keyof typeof MESSAGE_KINDS;

/** Makes the nth message of a stream. */
export function messageOf(kind: MessageKind, random: Random, n: number): Fields {
  return Object.entries(MESSAGE_KINDS[kind](random, n)).flat();
}

function hex(random: Random, digits: number): string {
  let text = '';
  while (text.length < digits)
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, digits);
}
