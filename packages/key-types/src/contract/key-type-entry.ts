import type { About, Names } from './about.js';
import type { ValueType } from './value-type.js';

/** Streams: they have no value, and so none of the fields of ValueType. */
export interface StreamType extends About {
  readonly names: Names & { readonly keyType: 'stream' };
}

export type KeyTypeEntry = StreamType | ValueType;
