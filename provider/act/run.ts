/** Runs the steps of a plan in the order written and, where one fails that has a way back, undoes them in reverse. */

/** How far a plan is. */
export interface Counted {
  /** Steps that are done. */
  readonly applied: number;
  readonly total: number;
}

/** Why there is no undo, for whoever reads the step. */
export interface Never {
  readonly never: string;
}

/** Why a failure of this very step takes nothing back. */
export interface Stays {
  readonly stays: string;
}

export interface Undone<P> {
  readonly standing: P;
  /** What is told of the failure in the end: what went wrong, and what is true now. */
  readonly error: unknown;
}

/** Takes back what the step did: nothing or half of it, where it failed itself. What it throws ends the way back. */
export type Undo<S, P, C> = (step: S, standing: P, context: C, error: unknown) => Promise<Undone<P>>;

export interface StepKind<S, P extends Counted, C> {
  /** Gives what the next step goes on from. */
  readonly run: (step: S, standing: P, context: C) => Promise<P>;
  readonly undo: Never | Undo<S, P, C>;
  readonly whenItFails: "goes-back" | Stays;
  /** What is let go of once the plan is over, however it ended. */
  readonly release?: (standing: P) => Promise<void>;
}

/** A file for each kind of step, or it does not compile. */
export type StepKinds<S extends { readonly do: string }, P extends Counted, C> = {
  readonly [K in S["do"]]: StepKind<Extract<S, { readonly do: K }>, P, C>;
};

/** Gives what there is after the last step. Throws what the failing step threw, or what its undoing made of that. */
export async function run<S extends { readonly do: string }, P extends Counted, C>(
  steps: readonly S[],
  kinds: StepKinds<S, P, C>,
  first: Omit<P, keyof Counted>,
  context: C,
): Promise<P> {
  const total = steps.length;
  const counted = (standing: Omit<P, keyof Counted>, applied: number) => ({ ...standing, applied, total }) as P;
  const done: StepKind<S, P, C>[] = [];
  let standing = counted(first, 0);
  try {
    for (const [i, step] of steps.entries()) {
      const kind = kindOf(step, kinds);
      try {
        standing = counted(await kind.run(step, standing, context), i + 1);
      } catch (error) {
        if (kind.whenItFails !== "goes-back") throw error;
        throw await goBack(steps.slice(0, i + 1), kinds, standing, context, error);
      }
      done.unshift(kind);
    }
    return standing;
  } finally {
    for (const kind of done) await kind.release?.(standing);
  }
}

/** Gives the error to be thrown. */
async function goBack<S extends { readonly do: string }, P extends Counted, C>(
  steps: readonly S[],
  kinds: StepKinds<S, P, C>,
  standing: P,
  context: C,
  error: unknown,
): Promise<unknown> {
  let undone: Undone<P> = { standing, error };
  for (const [i, step] of [...steps.entries()].reverse()) {
    const { undo } = kindOf(step, kinds);
    if (typeof undo === "function")
      undone = await undo(step, { ...undone.standing, applied: i }, context, undone.error);
  }
  return undone.error;
}

/** The table has the kind of just this step, which its type says of each step alone. */
function kindOf<S extends { readonly do: string }, P extends Counted, C>(
  step: S,
  kinds: StepKinds<S, P, C>,
): StepKind<S, P, C> {
  return kinds[step.do as S["do"]] as unknown as StepKind<S, P, C>;
}
