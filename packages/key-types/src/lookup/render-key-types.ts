import { KEY_TYPE_ENTRIES } from '../registry.js';

/** The sections of docs/key-types.md: what each type guarantees, from the registry. */
export function renderKeyTypes(): Readonly<Record<string, string>> {
  const types = KEY_TYPE_ENTRIES.map(({ names, guarantee }) => `## ${names.keyType}\n\n${guarantee}\n`);
  return { types: types.join('\n') };
}
