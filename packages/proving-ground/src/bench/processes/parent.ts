import { on } from 'node:events';
import { membersOf } from '@redis-to-mongo/pipeline';

/** How a program in this folder talks with the benchmark that started it (bench-process.ts). */
export interface Parent {
  readonly config: ProgramConfig;
  send(report: Readonly<Record<string, unknown>>): void;
  /** Resolves at the parent's next message. */
  nextMessage(): Promise<void>;
}

/** What the program was started with. @throws TypeError where something else is there, or nothing. */
export class ProgramConfig {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** A setting that is text. @throws TypeError for any other. */
  text(name: string): string {
    const value = this.#values[name];
    if (typeof value !== 'string') throw new TypeError(`${name} is no text`);
    return value;
  }

  /** A setting that is a number. @throws TypeError for any other. */
  number(name: string): number {
    const value = this.#values[name];
    if (typeof value !== 'number') throw new TypeError(`${name} is no number`);
    return value;
  }
}

export function openParent(): Parent {
  const messages = on(process, 'message');
  process.once('disconnect', () => process.exit(1)); // it has gone, for whatever reason
  return {
    config: new ProgramConfig(membersOf(JSON.parse(process.argv[2] ?? '{}'))),
    send: (report) => void process.send?.(report),
    nextMessage: async () => void (await messages.next()),
  };
}
