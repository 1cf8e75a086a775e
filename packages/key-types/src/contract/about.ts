import type { RuledType } from '@redis-to-mongo/pipeline';

/** The words of a command. */
export type Words = readonly [name: string, ...args: (string | Buffer)[]];

/** What every key type declares about itself, streams included. */
export interface About {
  /** The answer of Redis' TYPE for its keys. */
  readonly answer: string;
  /** The commands that read keys of this type, each in a form that can be tried on a missing key. */
  readonly needs: (key: string) => readonly Words[];
  /**
   * Each key has a job scheduler, which runs it even if no change was reported. Other types rely on the
   * sweep: they can have a million keys.
   */
  readonly hasScheduler: boolean;
  /** The history of its members can be kept: who was a member, and when. */
  readonly hasHistory: boolean;
  /** What rules can set for its documents. */
  readonly rules: RuledType;
  readonly excerpt: Excerpt;
  /** What the mirror guarantees. Markdown; printed into docs/key-types.md. */
  readonly guarantee: string;
}

export interface Names {
  /** Used in options, jobs, metrics and documents. */
  readonly keyType: string;
  /**
   * Singular and plural of one part: member, field, item, entry; byte for a value that is one run of bytes.
   */
  readonly part: string;
  readonly parts: string;
}

export interface Excerpt {
  /**
   * The body of a Lua function that reads the beginning of `key`: it sets `size`, and calls `add(id, parts)`
   * for at most `limit` items, or `scan(command, arity)`, or `whole(text, bytes)`. It may return a lookup
   * function, which takes a name and returns its value, false if there is none, or an error.
   */
  readonly lua: string;
}
