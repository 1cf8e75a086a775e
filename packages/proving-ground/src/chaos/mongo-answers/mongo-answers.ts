import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSocketPairs } from '@redis-to-mongo/local-stack';
import type { Document } from 'mongodb';
import { type Message, messageSplitter } from '../../program/mongo-wire.js';
import { answerIn, answerTo, type Command, firstOf, parseCommand } from './mongo-messages.js';

/**
 * What becomes of a command.
 * - refused: it is not executed, and an error is the answer.
 * - done and refused: it is executed, and an error is the answer.
 * - done in part: only the first records of a write are executed, and an error is the answer.
 * - records refused: as before, but the answer has an error for each of the others.
 * - not confirmed: it is executed, and the answer has an error of the write concern.
 * - answer cut: it is executed, and the connection ends within the answer.
 * - command cut: the connection ends within the command.
 * - answer late: it is executed, and the answer comes late.
 */
export type Fate =
  | 'refused'
  | 'done and refused'
  | 'done in part'
  | 'records refused'
  | 'not confirmed'
  | 'answer cut'
  | 'command cut'
  | 'answer late';

export interface ChosenFate {
  readonly fate: Fate;
  /** The code of the errors. */
  readonly code: number;
  readonly labels: readonly string[];
  /** From 0 to 1: how much is executed or sent. */
  readonly share: number;
  /** How late an answer is, in ms. */
  readonly lateMs: number;
}

/** Chooses what becomes of a command; `undefined` lets it pass. */
export type ChooseFate = (command: string) => ChosenFate | undefined;

export interface MongoAnswers {
  /** On 127.0.0.1. */
  readonly port: number;
  /** How many commands did not pass. */
  readonly met: number;
  /** Without a choice, all commands pass. */
  choose(fateOf?: ChooseFate): void;
  close(): Promise<void>;
}

/** Without these, there is no connection. */
const OF_CONNECTIONS = /^(hello|ismaster|ping|sasl\w+|endSessions|buildInfo)$/i;

/** Starts a proxy that understands MongoDB's messages, and answers chosen commands with errors. */
export async function startMongoAnswers(targetPort: number): Promise<MongoAnswers> {
  let fateOf: ChooseFate | undefined;
  let met = 0;
  const pairs = await startSocketPairs({
    leadsTo: () => targetPort,
    onPair: (near, far, destroyBoth) => {
      for (const socket of [near, far]) socket.once('close', destroyBoth);
      const way = new Way(near, far);
      near.on(
        'data',
        messageSplitter((message) => {
          const command = fateOf && parseCommand(message);
          const chosen = command && !OF_CONNECTIONS.test(command.name) ? fateOf?.(command.name) : undefined;
          if (chosen) met++;
          if (command && chosen) way.meet(message, command, chosen);
          else far.write(message.bytes);
        }),
      );
      far.on(
        'data',
        messageSplitter((message) => way.answered(message)),
      );
    },
  });
  return {
    port: pairs.port,
    get met() {
      return met;
    },
    choose: (next) => {
      fateOf = next;
    },
    close: () => pairs.close(),
  };
}

/** The connections of one client: its own, and the one to the server. */
class Way {
  /** What becomes of the answers that the server still owes, by the ids of their commands. */
  readonly #owed = new Map<number, (answer: Message) => unknown>();

  constructor(
    private readonly near: Socket,
    private readonly far: Socket,
  ) {}

  answered(answer: Message): void {
    const pass = this.#owed.get(answer.to) ?? (({ bytes }) => this.near.write(bytes));
    this.#owed.delete(answer.to);
    pass(answer);
  }

  meet(message: Message, command: Command, chosen: ChosenFate): void {
    const { near, far } = this;
    const { fate, share, lateMs } = chosen;
    const partOf = (bytes: Buffer) => bytes.subarray(0, Math.ceil((bytes.length - 1) * share));
    const answer = (document: Document) => near.write(answerTo(message, document));
    const refuse = () => answer({ ok: 0, ...errorOf(chosen), errorLabels: chosen.labels });
    const send = (bytes: Buffer, pass: (answer: Message) => unknown) => {
      this.#owed.set(message.id, pass);
      far.write(bytes);
    };
    const count = Math.floor(command.records.length * share);
    if (fate === 'command cut') {
      far.end(partOf(message.bytes));
      near.resetAndDestroy();
    } else if (fate === 'done and refused') send(message.bytes, refuse);
    else if (fate === 'not confirmed')
      send(message.bytes, (of) => answer({ ...answerIn(of), writeConcernError: errorOf(chosen) }));
    else if (fate === 'answer cut')
      send(message.bytes, ({ bytes }) => near.write(partOf(bytes), () => near.resetAndDestroy()));
    else if (fate === 'answer late')
      send(message.bytes, async ({ bytes }) => {
        await sleep(lateMs);
        near.write(bytes);
      });
    else if (fate === 'refused' || count === 0) refuse();
    else if (fate === 'done in part') send(firstOf(message, command, count), refuse);
    else
      send(firstOf(message, command, count), (of) => {
        const { writeErrors = [], ...others } = answerIn(of);
        const refused = command.records
          .slice(count)
          .map((_, i) => ({ index: count + i, ...errorOf(chosen) }));
        return answer({ ...others, writeErrors: [...writeErrors, ...refused] });
      });
  }
}

function errorOf({ code }: ChosenFate): Document {
  return { code, errmsg: `code ${code}`, codeName: `Code${code}` };
}
