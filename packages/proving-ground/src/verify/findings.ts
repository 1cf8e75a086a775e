/** How many problems of one key are told in words; all are counted. */
const MAX_REPORTED = 5;

/** What was found about one key so far. */
export class Findings {
  messages = 0;
  /** Documents of the key under ids that an entry can have. */
  documents = 0;
  missing = 0;
  duplicated = 0;
  different = 0;
  dead = 0;
  /** Members of a set in Redis. */
  members = 0;
  countsAgree = true;
  readonly problems: string[] = [];

  addMissing(what: string): void {
    this.missing += 1;
    this.#report(`missing: ${what}`);
  }

  addDuplicated(what: string): void {
    this.duplicated += 1;
    this.#report(`duplicated: ${what}`);
  }

  addDifferent(what: string): void {
    this.different += 1;
    this.#report(`different: ${what}`);
  }

  addMiscounted(what: string): void {
    this.countsAgree = false;
    this.#report(`counts: ${what}`);
  }

  #report(problem: string): void {
    if (this.problems.length < MAX_REPORTED) this.problems.push(problem);
  }
}
