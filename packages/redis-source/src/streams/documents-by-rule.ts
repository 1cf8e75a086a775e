import {
  type DocumentMessages,
  type KeyState,
  type Rule,
  writesPlainMessages,
} from '@redis-to-mongo/pipeline';
import type { Entry } from './entry-digest.js';
import { toMappedDocuments } from './mapped-documents.js';
import { toDocuments } from './message-documents.js';

/** Converts entries of one incarnation of a stream to documents, and gives their approximate size in bytes. */
export function documentsByRule(
  state: KeyState,
  incarnation: number,
  entries: readonly Entry[],
  rule: Rule | undefined,
): DocumentMessages {
  const messages =
    rule === undefined || writesPlainMessages(rule)
      ? toDocuments(state, incarnation, entries)
      : toMappedDocuments(state, incarnation, entries, rule);
  return rule?.shape ? { ...messages, isShaped: true } : messages;
}
