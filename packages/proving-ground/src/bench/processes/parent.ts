import { on } from 'node:events';
import { membersOf } from '@redis-to-mongo/pipeline';

/** The channel between a program in this folder and the benchmark that started it (bench-process.ts). */
export interface Parent {
  readonly config: ProgramConfig;
  send(report: Readonly<Record<string, unknown>>): void;
  /** Resolves at the parent's next message. */
  nextMessage(): Promise<void>;
}

/** The program's configuration. */
export class ProgramConfig {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  /** A text setting. @throws TypeError if it is missing or has another type. */
  text(name: string): string {
    const value = this.values[name];
    if (typeof value !== 'string') throw new TypeError(`${name} is no text`);
    return value;
  }

  /** A number setting. @throws TypeError if it is missing or has another type. */
  number(name: string): number {
    const value = this.values[name];
    if (typeof value !== 'number') throw new TypeError(`${name} is no number`);
    return value;
  }
}

export function openParent(): Parent {
  const messages = on(process, 'message');
  process.once('disconnect', () => process.exit(1)); // the parent has ended
  return {
    config: new ProgramConfig(membersOf(JSON.parse(process.argv[2] ?? '{}'))),
    send: (report) => void process.send?.(report),
    nextMessage: async () => void (await messages.next()),
  };
}
