import type { RuledType } from '@redis-to-mongo/pipeline';

/** The words of a command. */
export type Words = readonly [name: string, ...args: (string | Buffer)[]];

/** What every key type says about itself, streams too. */
export interface About {
  /** What Redis' TYPE answers for its keys. */
  readonly answer: string;
  /** The commands that it is read with, each as it may be tried on a key that is not there. */
  readonly needs: (key: string) => readonly Words[];
  /** Each key has a job scheduler, which runs it even where no change was heard of. The sweep has the others: they can be a million. */
  readonly hasScheduler: boolean;
  /** It can be kept who was a member, and when. */
  readonly hasHistory: boolean;
  /** What rules can say about its documents. */
  readonly rules: RuledType;
  readonly excerpt: Excerpt;
  /** What the mirror promises. Markdown; printed into docs/key-types.md. */
  readonly guarantee: string;
}

export interface Names {
  /** Used in options, jobs, metrics and documents. */
  readonly keyType: string;
  /** What one of its parts is called, and several: member, field, item, entry; byte of what is one run of them. */
  readonly part: string;
  readonly parts: string;
}

export interface Excerpt {
  /**
   * The body of a Lua function that reads the beginning of `key`: it sets `size`, and calls `add(id, parts)` for at most `limit`
   * items, or `scan(command, arity)`, or `whole(text, bytes)`. It may return a function that looks a name up: it answers what the
   * name has, false for nothing, or an error.
   */
  readonly lua: string;
}
