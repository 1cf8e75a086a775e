/**
 * The name of a key type in options, jobs, metrics and documents. packages/key-types declares the types. The
 * line knows only `stream`, whose keys hold entries instead of a value.
 */
export type KeyType = string;
