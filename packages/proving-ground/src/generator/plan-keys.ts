import { jsonDocumentModel, timeSeriesModel, vectorSetModel } from '../values/module-models.js';
import {
  hashModel,
  listModel,
  setModel,
  stringModel,
  type ValueModel,
  zsetModel,
} from '../values/value-model.js';
import type { MessageKind } from './message-kinds.js';

export interface StreamPlan {
  readonly key: string;
  readonly kind: MessageKind;
  /** Total messages over all incarnations. */
  readonly messages: number;
}

/** The size of a plan. */
export interface PlanSize {
  /** At least twice as many as streams. */
  readonly messages: number;
  /** Main and info streams together. */
  readonly streams: number;
  readonly sets: number;
  /** Hashes, strings, lists and sorted sets together. */
  readonly values: number;
}

/** A value, and the model of its content. */
export interface ValuePlan {
  readonly key: string;
  readonly model: ValueModel;
}

export interface KeyPlan {
  readonly streams: readonly StreamPlan[];
  readonly sets: readonly ValuePlan[];
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

/**
 * Names of the keys of other types. Types that some servers lack (OF_MODULES) have a quarter as many keys.
 */
const VALUES: readonly (readonly [name: string, model: () => ValueModel])[] = [
  ['user', () => hashModel(4)],
  ['page', () => stringModel(120)],
  ['recent', () => listModel(8)],
  ['ranking', () => zsetModel(4)],
];
const OF_MODULES: typeof VALUES = [
  ['product', jsonDocumentModel],
  ['places', () => vectorSetModel(4)],
  ['meter', () => timeSeriesModel(8)],
];

/** The distribution of messages: the nth stream gets about 1/√n times the messages of the first one. */
const SKEW = 0.5;

/**
 * Plans the keys of a run, named by the convention. Half of the streams are main streams (`orders`), half
 * are info streams (`orders:info:audit`). The sets are metadata sets (`orders:info:tags`) of the main
 * streams in turn. Each stream gets at least two messages, so that it can be deleted and created again.
 * The values are hashes, strings, lists and sorted sets in equal parts, and a quarter as many of each
 * type that some servers lack.
 */
export function planKeys({ messages, streams, sets, values }: PlanSize): KeyPlan {
  const mains = Math.ceil(streams / 2);
  const shares = shareOut(messages, streams);
  const streamPlans = shares.map((share, i): StreamPlan => {
    const [family, kind] = service(i % mains);
    if (i < mains) return { key: family, kind, messages: share };
    const type = numbered(INFO_TYPES, Math.floor((i - mains) / mains));
    return { key: `${family}:info:${type}`, kind: 'audit', messages: share };
  });
  const setPlans = Array.from({ length: sets }, (_, i): ValuePlan => {
    const [family] = service(i % mains);
    const type = numbered(SET_TYPES, Math.floor(i / mains));
    return { key: `${family}:info:${type}`, model: setModel(5 + ((i * 7) % 40)) };
  });
  const valuePlans = [
    ...inTurn(VALUES, values),
    ...OF_MODULES.flatMap((one) => inTurn([one], Math.floor(values / 4))),
  ];
  return { streams: streamPlans, sets: setPlans, values: valuePlans };
}

function inTurn(kinds: typeof VALUES, count: number): ValuePlan[] {
  return Array.from({ length: count }, (_, i) => {
    const [name, model] = kinds[i % kinds.length] ?? ['user', () => hashModel(4)];
    return { key: `${name}:${Math.floor(i / kinds.length) + 1}`, model: model() };
  });
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

/** Divides the messages exactly: two per stream, the rest by weight. */
function shareOut(messages: number, streams: number): number[] {
  const weights = Array.from({ length: streams }, (_, i) => (i + 1) ** -SKEW);
  const sum = weights.reduce((a, b) => a + b, 0);
  const rest = messages - 2 * streams;
  const shares = weights.map((weight) => 2 + Math.floor((rest * weight) / sum));
  let left = messages - shares.reduce((a, b) => a + b, 0);
  for (let i = 0; left > 0; i = (i + 1) % streams, left--) shares[i] = (shares[i] ?? 0) + 1;
  return shares;
}
