/**
 * The name of a key type, as options, jobs, metrics and documents have it. Which types there are, and all else about them, is said by
 * packages/key-types; the line knows of one alone, `stream`, whose keys hold entries and not a value.
 */
export type KeyType = string;
