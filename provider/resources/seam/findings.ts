/** What a hook of a resource found out, for the hooks that the engine calls for it later, in the same process. */

/**
 * The engine calls check, then diff, and hands over inputs and state only. A finding need not be an input for that: the
 * engine writes the whole state again for each resource whose inputs are not what they were. By the address of a
 * resource's messages, since that is what all hooks of it are given.
 */
export class Findings<T> {
  private readonly found = new Map<string, T>();

  /** The newest counts. */
  note(self: string, finding: T): void {
    this.found.set(self, finding);
  }

  /** Undefined where no hook noted any: as with a diff that comes without a check. */
  latest(self: string): T | undefined {
    return this.found.get(self);
  }

  /** For a hook after which a finding of before holds no more. */
  forget(self: string): void {
    this.found.delete(self);
  }
}
