import type { Document } from 'mongodb';

/** Builds an entry's document in the fleet's form, in the simplest way. */
export function documentOf(key: string, [id, flat]: [id: string, fields: string[]]): Document {
  const content: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) content[flat[i] ?? ''] = flat[i + 1] ?? '';
  const at = new Date(Number(id.slice(0, id.indexOf('-'))));
  return { _id: `${key}@a1:${id}`, stream: key, type: 'main', entryId: id, at, content };
}
