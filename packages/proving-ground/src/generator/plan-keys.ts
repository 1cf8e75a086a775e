import type { MessageKind } from './message-kinds.js';

export interface StreamPlan {
  readonly key: string;
  /** The main stream's name. */
  readonly family: string;
  readonly kind: MessageKind;
  /** Messages in all, over all its incarnations. */
  readonly messages: number;
}

export interface SetPlan {
  readonly key: string;
  readonly family: string;
  /** Members to begin with. */
  readonly members: number;
}

/** A value of another type. */
export interface ValuePlan {
  readonly key: string;
  readonly keyType: 'hash' | 'string' | 'list' | 'zset' | 'json';
}

export interface KeyPlan {
  readonly streams: readonly StreamPlan[];
  readonly sets: readonly SetPlan[];
  readonly values: readonly ValuePlan[];
}

const SERVICES: readonly (readonly [name: string, kind: MessageKind])[] = [
  ['orders', 'order'],
  ['users', 'user'],
  ['sensors', 'sensor'],
  ['payments', 'order'],
  ['sessions', 'user'],
  ['devices', 'sensor'],
  ['shipments', 'order'],
  ['logins', 'user'],
  ['meters', 'sensor'],
  ['invoices', 'order'],
  ['carts', 'order'],
  ['profiles', 'user'],
  ['vehicles', 'sensor'],
  ['refunds', 'order'],
  ['reviews', 'user'],
  ['gateways', 'sensor'],
  ['returns', 'order'],
  ['tickets', 'user'],
  ['turbines', 'sensor'],
  ['vouchers', 'order'],
];
const INFO_TYPES = ['audit', 'errors', 'changes', 'alerts'] as const;
const SET_TYPES = ['tags', 'regions', 'consumers', 'schemas', 'owners', 'versions'] as const;

/** What keys of the other types are named after. */
const VALUE_NAMES = [
  ['hash', 'user'],
  ['string', 'page'],
  ['list', 'recent'],
  ['zset', 'ranking'],
] as const;

/** How much busier the first stream is than the others: the nth gets 1/√n of its messages. */
const SKEW = 0.5;

/**
 * The keys of a run, by the naming convention: half of the streams are main streams (`orders`), the other half info
 * streams (`orders:info:audit`); the sets are metadata sets (`orders:info:tags`) of the main streams in turn.
 * Every stream gets at least two messages, so that one can be deleted and made again. The values are hashes, strings, lists and
 * sorted sets in equal parts.
 * @param messages at least twice `streams`.
 * @param separator what stands between a main stream's name and a type.
 */
export function planKeys(
  {
    messages,
    streams,
    sets,
    values = 0,
  }: { messages: number; streams: number; sets: number; values?: number },
  separator = ':info:',
): KeyPlan {
  const mains = Math.ceil(streams / 2);
  const shares = shareOut(messages, streams);
  const streamPlans = shares.map((share, i): StreamPlan => {
    const [family, kind] = service(i % mains);
    if (i < mains) return { key: family, family, kind, messages: share };
    const type = numbered(INFO_TYPES, Math.floor((i - mains) / mains));
    return { key: `${family}${separator}${type}`, family, kind: 'audit', messages: share };
  });
  const setPlans = Array.from({ length: sets }, (_, i): SetPlan => {
    const [family] = service(i % mains);
    const type = numbered(SET_TYPES, Math.floor(i / mains));
    return { key: `${family}${separator}${type}`, family, members: 5 + ((i * 7) % 40) };
  });
  const valuePlans = Array.from({ length: values }, (_, i): ValuePlan => {
    const [keyType, name] = VALUE_NAMES[i % VALUE_NAMES.length] ?? VALUE_NAMES[0];
    return { key: `${name}:${Math.floor(i / VALUE_NAMES.length) + 1}`, keyType };
  });
  return { streams: streamPlans, sets: setPlans, values: valuePlans };
}

/** JSON documents, for a server that has them: a quarter as many as there are other values. */
export function planJson(values: number): ValuePlan[] {
  return Array.from({ length: Math.floor(values / 4) }, (_, i) => ({
    key: `product:${i + 1}`,
    keyType: 'json',
  }));
}

function service(i: number): readonly [name: string, kind: MessageKind] {
  const [name, kind] = SERVICES[i % SERVICES.length] ?? ['orders', 'order'];
  const round = Math.floor(i / SERVICES.length);
  return [round === 0 ? name : `${name}-${round + 1}`, kind];
}

function numbered(types: readonly string[], i: number): string {
  const type = types[i % types.length] ?? 'other';
  const round = Math.floor(i / types.length);
  return round === 0 ? type : `${type}-${round + 1}`;
}

/** Shares that add up exactly: two each, and the rest by weight. */
function shareOut(messages: number, streams: number): number[] {
  const weights = Array.from({ length: streams }, (_, i) => (i + 1) ** -SKEW);
  const sum = weights.reduce((a, b) => a + b, 0);
  const rest = messages - 2 * streams;
  const shares = weights.map((weight) => 2 + Math.floor((rest * weight) / sum));
  let left = messages - shares.reduce((a, b) => a + b, 0);
  for (let i = 0; left > 0; i = (i + 1) % streams, left--) shares[i] = (shares[i] ?? 0) + 1;
  return shares;
}
