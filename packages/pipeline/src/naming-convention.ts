/** Where a key belongs: to which stream, and as what. */
export interface Place {
  /** The main stream's name. */
  readonly stream: string;
  /** `main` for the stream itself, else the part behind the separator. */
  readonly type: string;
}

/**
 * Reads a key's place from its name: `<stream>` is a main stream, `<stream><separator><type>` belongs to it.
 * The first separator counts, since a main stream's own name holds none. A key that does not follow the
 * convention (nothing before or behind the separator) stands for itself, with type `main`.
 */
export function placeOf(keyId: string, separator: string): Place {
  const at = keyId.indexOf(separator);
  const behind = at + separator.length;
  if (at <= 0 || behind >= keyId.length) return { stream: keyId, type: 'main' };
  return { stream: keyId.slice(0, at), type: keyId.slice(behind) };
}
