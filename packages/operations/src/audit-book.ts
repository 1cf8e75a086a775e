import { type AuditEntry, writeAudit } from '@redis-to-mongo/mongo-sink';
import { type AuditAction, asSyncError } from '@redis-to-mongo/pipeline';
import type { Fleet } from './key-actions.js';

/** The user of an action, the tool, and the address. */
export type Operator = Pick<AuditEntry, 'who' | 'by' | 'from'>;

/** An action. For a dead letter, `key` is that of its record, and `result` names the letter. */
export interface AuditedAction {
  readonly action: AuditAction;
  readonly key?: string | undefined;
  readonly filter?: string | undefined;
  readonly result: string;
  /** The error of the action, if any. Only its code is kept. */
  readonly error?: unknown;
}

/** Maximum number of entries written together. */
const AT_ONCE = 200;

/** Records the actions of one operator in MongoDB. */
export class AuditBook {
  #waiting: AuditEntry[] = [];

  /**
   * @param keepMs time after which MongoDB removes the entries, in ms; 0: never.
   * @param onError called when entries could not be written. The action itself stays done.
   */
  constructor(
    private readonly db: Fleet['db'],
    private readonly operator: Operator,
    private readonly keepMs: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Records an action. It is written by `flush`, or when many are waiting. Does not throw. */
  async note({ action, key, filter, result, error }: AuditedAction): Promise<void> {
    this.#waiting.push({
      at: new Date(),
      ...this.operator,
      action,
      key: key ?? null,
      filter: filter ?? null,
      result,
      error: error === undefined ? null : asSyncError(error).code,
    });
    if (this.#waiting.length >= AT_ONCE) await this.flush();
  }

  /** Writes the waiting entries. Does not throw. */
  async flush(): Promise<void> {
    const entries = this.#waiting;
    this.#waiting = [];
    await writeAudit(this.db, entries, this.keepMs).catch(this.onError);
  }
}
