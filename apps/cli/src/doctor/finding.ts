export const SEE_ACL = 'see the ACL in docs/operations.md';
export const NO_INFO = 'the user may not run INFO: version, memory and role are not checked';

/** The result of a check. A problem keeps the fleet from working well; advice does not. */
export interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'advice' | 'problem';
  readonly what: string;
  /** The remedy; empty if all is well. */
  readonly remedy: string;
}

/** Gathers the findings of one subject. */
export class Findings {
  readonly all: Finding[] = [];
  readonly #check: string;

  constructor(check: string) {
    this.#check = check;
  }

  ok(what: string): void {
    this.all.push({ check: this.#check, level: 'ok', what, remedy: '' });
  }

  advise(what: string, remedy: string): void {
    this.all.push({ check: this.#check, level: 'advice', what, remedy });
  }

  problem(what: string, remedy: string): void {
    this.all.push({ check: this.#check, level: 'problem', what, remedy });
  }
}
