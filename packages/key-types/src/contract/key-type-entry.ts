import type { About, Names } from './about.js';
import type { ValueType } from './value-type.js';

/** Streams: they have no value, and so nothing of what ValueType says. */
export interface StreamType extends About {
  readonly names: Names & { readonly keyType: 'stream' };
}

export type KeyTypeEntry = StreamType | ValueType;
